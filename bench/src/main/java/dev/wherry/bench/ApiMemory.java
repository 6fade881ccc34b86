package dev.wherry.bench;

import dev.wherry.bench.api.Clients;
import dev.wherry.bench.api.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Memory of an API server that holds many objects of 1.5 KB, over HTTPS, in a process of its own:
 * with them, after a full collection, and at most while all of them are listed in one piece.
 *
 * <p>Arguments: a folder on the disk to use; how many objects; the server's heap ({@code -Xmx1g}).
 */
public final class ApiMemory {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final int CLIENTS = 64;
  private static final int LISTS = 3;

  /** With names, managed fields and the rest an object of it comes to 1.5 KB. */
  private static final int DATA_BYTES = 1_150;

  private static final long SAMPLE_NANOS = 20_000_000;

  private ApiMemory() {}

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args[0]).toAbsolutePath();
    int objects = Integer.parseInt(args[1]);
    Path folder = Files.createTempDirectory(parent, "api-memory");
    try (ServerProcess server = ServerProcess.start(folder, args[2]);
        Clients clients = new Clients(server.url(), server.tls(), CLIENTS)) {
      collect(server);
      say("nothing but its own", objects, server);
      long cpu = server.cpuNanos();
      clients.sendAll(CLIENTS, objects, ApiMemory::create);
      System.out.printf(
          Locale.ROOT,
          "created %,d, %.0f us of CPU each%n",
          objects,
          (server.cpuNanos() - cpu) / 1e3 / objects);
      say("as loaded", objects, server);
      collect(server);
      say("after a full collection", objects, server);
      lists(server, clients);
    } finally {
      Api.delete(folder);
    }
  }

  private static void say(String what, int objects, ServerProcess server) throws IOException {
    System.out.printf(Locale.ROOT, "%,d objects, %s: PSS %d MiB%n", objects, what, server.pssMib());
  }

  /** How much more there is at most while everything is listed, warm. */
  private static void lists(ServerProcess server, Clients clients) throws Exception {
    for (int i = 0; i < LISTS; i++) {
      collect(server);
      long before = server.pssMib();
      AtomicLong most = new AtomicLong(before);
      AtomicBoolean done = new AtomicBoolean();
      Thread watcher =
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get()) {
                  most.accumulateAndGet(pss(server), Math::max);
                  LockSupport.parkNanos(SAMPLE_NANOS);
                }
              });
      long bytes = clients.send(0, "GET", MAPS, "").length;
      done.set(true);
      watcher.join();
      System.out.printf(
          Locale.ROOT,
          "a list of %.1f MB: PSS %d MiB before, %d at most%n",
          bytes / 1e6,
          before,
          most.get());
    }
  }

  private static long pss(ServerProcess server) {
    try {
      return server.pssMib();
    } catch (IOException e) {
      return 0;
    }
  }

  private static void collect(ServerProcess server) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(server.pid()),
                "GC.run")
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException(said);
    }
  }

  private static Clients.Call create(int i) {
    String body =
        """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-%d"},"data":{"text":"%s"}}
        """
            .formatted(i, (Integer.toHexString(i * 0x9E3779B9) + " ").repeat(DATA_BYTES / 9));
    return new Clients.Call("POST", MAPS, body);
  }
}
