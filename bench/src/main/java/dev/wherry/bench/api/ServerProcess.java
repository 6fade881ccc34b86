package dev.wherry.bench.api;

import dev.wherry.bench.Memory;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A {@link BareServer} in a process of its own, so that its CPU and memory can be told apart. */
public final class ServerProcess implements AutoCloseable {
  /** Heap of the server: what it has to make do with while it is loaded. */
  private static final String HEAP = "-Xmx512m";

  private final Process process;
  private final Path folder;
  private final int port;

  private ServerProcess(Process process, Path folder, int port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
  }

  /**
   * @param folder empty, on the disk to measure
   */
  public static ServerProcess start(Path folder) throws IOException {
    return start(folder, HEAP);
  }

  /**
   * The same with another heap, such as {@code -Xmx1g}.
   *
   * @param folder empty, on the disk to measure
   */
  public static ServerProcess start(Path folder, String heap) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                heap,
                "-cp",
                System.getProperty("java.class.path"),
                BareServer.class.getName(),
                folder.toString())
            .redirectError(folder.resolve("server.log").toFile())
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null) {
      throw new IOException("the server ended: see " + folder.resolve("server.log"));
    }
    return new ServerProcess(process, folder, Integer.parseInt(line.trim()));
  }

  public String url() {
    return "https://127.0.0.1:" + port;
  }

  public long pid() {
    return process.pid();
  }

  public Path folder() {
    return folder;
  }

  /** TLS as the administrator. */
  public SSLContext tls() throws IOException {
    TlsIdentity admin = TlsIdentity.read(folder.resolve("admin.crt"), folder.resolve("admin.key"));
    return TlsContexts.mutual(
        () -> admin, Pem.certificates(Files.readString(folder.resolve("ca.crt"))));
  }

  public long cpuNanos() {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Proportional set size in MiB. */
  public long pssMib() throws IOException {
    return Memory.pssMib(pid());
  }

  /** Where a load generator of somebody else's finds the server. */
  public List<String> apiloadFlags() {
    return List.of(
        "-server",
        url(),
        "-cert",
        folder.resolve("admin.crt").toString(),
        "-key",
        folder.resolve("admin.key").toString(),
        "-ca",
        folder.resolve("ca.crt").toString(),
        "-pid",
        Long.toString(pid()));
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    process.waitFor();
  }
}
