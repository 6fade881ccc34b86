package dev.wherry.network.netlink;

import dev.wherry.network.system.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of a test's own, made by {@code ip netns} and gone afterwards. Sockets belong
 * to the namespace of the platform thread that opens them, so tests open theirs through {@link
 * #call}.
 */
public final class TestNamespace implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final int NETWORK = 0x40000000;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle ENTER =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("setns"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final String name;

  /** What a command printed, errors included. */
  public record Output(int exit, String text) {}

  private TestNamespace(String name) {
    this.name = name;
  }

  /** Tests without these rights or tools are skipped; ./dev test has both. */
  public static boolean possible() {
    return Files.isExecutable(Path.of("/usr/sbin/ip"))
        && Files.isExecutable(Path.of("/usr/sbin/nft"))
        && System.getProperty("user.name", "").equals("root");
  }

  public static TestNamespace create() throws IOException, InterruptedException {
    String name = "wnet" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    run("ip", "netns", "add", name);
    TestNamespace namespace = new TestNamespace(name);
    namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  public String name() {
    return name;
  }

  /** Runs {@code ip} inside. */
  public void ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(arguments));
    run(command.toArray(String[]::new));
  }

  /** Runs a command inside and returns what it printed. */
  public String exec(String... command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
    whole.addAll(List.of(command));
    return run(whole.toArray(String[]::new));
  }

  /** What a command printed; nothing, if it failed. */
  public String tryExec(String... command) {
    try {
      return exec(command);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + text);
    }
    return text;
  }

  /** Moves the calling platform thread into the namespace, for good. */
  public void enter() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("/run/netns/" + name);
      int descriptor = (int) OPEN.invokeExact(path, 0);
      int entered = (int) ENTER.invokeExact(descriptor, NETWORK);
      SystemCalls.close(descriptor);
      if (entered != 0) {
        throw new IllegalStateException("cannot enter " + name);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call failed", e);
    }
  }

  /** Runs a task on a thread inside. */
  public <T> T call(Callable<T> task) throws Exception {
    FutureTask<T> running =
        new FutureTask<>(() -> {
          enter();
          return task.call();
        });
    Thread.ofPlatform().daemon().name("in-" + name).start(running);
    try {
      return running.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("ip", "netns", "del", name);
  }
}
