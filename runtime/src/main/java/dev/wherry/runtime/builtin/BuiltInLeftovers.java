package dev.wherry.runtime.builtin;

import dev.wherry.runtime.RunDirectory;
import dev.wherry.runtime.builtin.shim.OciRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Containers of a data directory on which no program runs any more. */
public final class BuiltInLeftovers {
  private static final String OCI_STATE = "oci";

  private BuiltInLeftovers() {}

  static Path ociState(Path runDirectory) {
    return runDirectory.resolve(OCI_STATE);
  }

  private static Path stateOf(Path dataDirectory) {
    return ociState(RunDirectory.of(dataDirectory).resolve(BuiltInConfig.RUN_FOLDER));
  }

  /** How many the OCI runtime still knows, whether they run or not. */
  public static int count(Path dataDirectory) throws IOException {
    return NodePlace.names(stateOf(dataDirectory)).size();
  }

  /**
   * Kills them; their supervisors end by that.
   *
   * @param oci the OCI runtime that has them; "" for the host's
   * @return how many there were
   */
  public static int end(Path dataDirectory, String oci) throws IOException {
    Path state = stateOf(dataDirectory);
    List<String> containers = NodePlace.names(state);
    Optional<Path> program = OciRuntime.find(oci);
    if (containers.isEmpty() || program.isEmpty()) {
      return 0;
    }
    OciRuntime runtime = new OciRuntime(program.get(), state, false);
    for (String container : containers) {
      runtime.delete(container);
    }
    return containers.size();
  }
}
