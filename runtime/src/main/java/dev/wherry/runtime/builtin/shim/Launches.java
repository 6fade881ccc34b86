package dev.wherry.runtime.builtin.shim;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes on the way to a container's start, known by its id on their command lines: a supervisor
 * that does not listen yet, the OCI runtime that it called. After a kill of this program they are
 * all that tells of a start under way.
 */
final class Launches {
  private static final long END_SECONDS_MAX = 10;

  private Launches() {}

  /** Whether any of them lives. */
  static boolean any(String id) {
    return !of(id).isEmpty();
  }

  /** Kills them and waits until they are gone. */
  static void kill(String id) {
    List<ProcessHandle> found = of(id);
    found.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle process : found) {
      try {
        process.onExit().get(END_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        System.getLogger(Launches.class.getName())
            .log(System.Logger.Level.WARNING, "does not end pid={0}", process.pid());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static List<ProcessHandle> of(String id) {
    return ProcessHandle.allProcesses()
        .filter(process -> List.of(process.info().arguments().orElse(new String[0])).contains(id))
        .toList();
  }
}
