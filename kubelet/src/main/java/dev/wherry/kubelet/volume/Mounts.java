package dev.wherry.kubelet.volume;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;

/**
 * Mounts and unmounts through mount(2) and umount2(2). The calls may block in the kernel, so one
 * platform thread makes them all, but for shares of servers: each of those has one of its own.
 */
public final class Mounts implements AutoCloseable {
  private static final long NOSUID_NODEV = 2 | 4;
  private static final int DETACH = 2;

  /** As many servers may be waited for at once. */
  private static final int SHARES_MAX = 64;

  private static final long SHARE_MAX_SECONDS = 120;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final Map<Path, CompletableFuture<Integer>> shares = new ConcurrentHashMap<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("kubelet-mounts").factory());
  private final MethodHandle mount =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("mount"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.captureCallState("errno"));
  private final MethodHandle unmount =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("umount2"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  /**
   * Mounts a tmpfs unless one is there.
   *
   * @param sizeBytes its limit; 0 for the kernel's default
   */
  public void tmpfs(Path target, long sizeBytes) throws IOException {
    if (mounted(target)) {
      return;
    }
    mount("tmpfs", target, sizeBytes > 0 ? "size=" + sizeBytes : "");
  }

  /** Mounts huge pages of one size unless something is mounted there. */
  public void hugePages(Path target, long pageBytes) throws IOException {
    if (!mounted(target)) {
      mount("hugetlbfs", target, "pagesize=" + pageBytes);
    }
  }

  private void mount(String kind, Path target, String options) throws IOException {
    int errno = onThread(() -> call(kind, kind, target, NOSUID_NODEV, options));
    if (errno != 0) {
      throw new IOException("mounting a " + kind + " at " + target + " failed, errno " + errno);
    }
  }

  /**
   * Mounts a server's share. Who does not answer holds up nobody else; a call for a place that is
   * still waited for waits along.
   *
   * @param flags of mount(2)
   * @return zero, or the kernel's errno
   * @throws IOException when there was no answer in two minutes
   */
  int share(Path target, String kind, String source, long flags, String options)
      throws IOException {
    if (shares.size() >= SHARES_MAX) {
      throw new IOException("%d other shares are waited for".formatted(SHARES_MAX));
    }
    var answer =
        shares.computeIfAbsent(target, _ -> beginShare(target, kind, source, flags, options));
    try {
      return answer.get(SHARE_MAX_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounting", e);
    } catch (ExecutionException e) {
      throw new IOException("mounting failed", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("mounting " + source + ": no answer yet", e);
    }
  }

  private CompletableFuture<Integer> beginShare(
      Path target, String kind, String source, long flags, String options) {
    var answer = new CompletableFuture<Integer>();
    Thread.ofPlatform()
        .daemon()
        .name("kubelet-share")
        .start(() -> {
          // Whoever hears the answer may ask for the place again at once.
          try {
            int errno = call(kind, source, target, flags, options);
            shares.remove(target, answer);
            answer.complete(errno);
          } catch (IOException | RuntimeException | Error e) {
            shares.remove(target, answer);
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private int call(String kind, String source, Path target, long flags, String options)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      int result =
          (int)
              invoke(
                  mount,
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target.toString()),
                  arena.allocateFrom(kind),
                  flags,
                  arena.allocateFrom(options));
      return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
    }
  }

  /** Unmounts if something is mounted there; a share that is still waited for is a failure. */
  public void unmount(Path target) throws IOException {
    if (shares.containsKey(target)) {
      throw new IOException(target + " is still being mounted");
    }
    if (!mounted(target)) {
      return;
    }
    int errno =
        onThread(() -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            int result =
                (int) invoke(unmount, state, arena.allocateFrom(target.toString()), DETACH);
            return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
          }
        });
    if (errno != 0) {
      throw new IOException("unmounting " + target + " failed, errno " + errno);
    }
  }

  /** Whether the path is a mount point, by the kernel's table. */
  public static boolean mounted(Path target) throws IOException {
    return isAny(target, String::equals);
  }

  /** Whether anything is mounted at the path or below it. */
  static boolean isAnyAt(Path target) throws IOException {
    return isAny(target, (place, path) -> place.equals(path) || place.startsWith(path + "/"));
  }

  /**
   * @param test of a place in the table and the path as the table would have it
   */
  private static boolean isAny(Path target, BiPredicate<String, String> test) throws IOException {
    // Names in the table need not be UTF-8.
    byte[] path = target.toAbsolutePath().toString().getBytes(UTF_8);
    String wanted = new String(path, ISO_8859_1).replace(" ", "\\040");
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"), ISO_8859_1)) {
      String[] fields = line.split(" ", 6);
      if (fields.length > 4 && test.test(fields[4], wanted)) {
        return true;
      }
    }
    return false;
  }

  private static Object invoke(MethodHandle handle, Object... arguments) throws IOException {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("a native call failed", e);
    }
  }

  private int onThread(Callable<Integer> call) throws IOException {
    try {
      return thread.submit(call).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounting", e);
    } catch (ExecutionException e) {
      throw new IOException("mounting failed", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
