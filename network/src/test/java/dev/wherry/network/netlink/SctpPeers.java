package dev.wherry.network.netlink;

import dev.wherry.machinery.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * SCTP servers and clients in namespaces, made by {@code socat}: Java's own would need a library of
 * the machine's. A server says its name and the address it sees its client under.
 */
public final class SctpPeers implements AutoCloseable {
  private static final int CONNECT_MAX_SECONDS = 3;

  private final Deque<Process> servers = new ArrayDeque<>();

  /** Whether this kernel has SCTP, and the machine its tools. */
  public static boolean possible() {
    return TestNamespace.possible()
        && Files.exists(Path.of("/proc/net/sctp"))
        && Files.isExecutable(Path.of("/usr/bin/socat"));
  }

  /** Serves on all addresses of both families, and returns when it listens. */
  public void serve(TestNamespace where, int port, String name) throws IOException {
    servers.push(
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                where.name(),
                "socat",
                "SCTP6-LISTEN:" + port + ",fork,reuseaddr,ipv6only=0",
                "SYSTEM:echo " + name + " $SOCAT_PEERADDR")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    Eventually.await(name + " listens", () -> listens(where, port));
  }

  private static boolean listens(TestNamespace where, int port) {
    try {
      return where.exec("cat", "/proc/net/sctp/eps").contains(" " + port + " ");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the server says; "" where no association comes about. */
  public static String ask(TestNamespace from, String address, int port) {
    String target = address.contains(":") ? "SCTP6:[" + address + "]" : "SCTP4:" + address;
    try {
      String said =
          from.exec(
              "timeout",
              String.valueOf(2 * CONNECT_MAX_SECONDS),
              "socat",
              "-u",
              target + ":" + port + ",connect-timeout=" + CONNECT_MAX_SECONDS,
              "-");
      return said.strip();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    while (!servers.isEmpty()) {
      Process server = servers.pop();
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly().waitFor();
    }
  }
}
