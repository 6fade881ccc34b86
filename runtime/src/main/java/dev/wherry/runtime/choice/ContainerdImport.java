package dev.wherry.runtime.choice;

import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Puts images into a containerd's Kubernetes namespace with its own tool {@code ctr}, for a
 * containerd whose configuration is not ours to change.
 */
record ContainerdImport(Path socket) {
  private static final int SECONDS_MAX = 300;
  private static final int MESSAGE_CHARS_MAX = 1_000;

  /** Writes an archive. */
  @FunctionalInterface
  interface Archive {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Imports an image of the store under its own name, and its digest as a pull would have. */
  void image(ImageStore store, StoredImage image) throws IOException {
    run(
        List.of("--digests", "--base-name", image.name().repository()),
        out -> store.export(image, out));
  }

  /** Imports a docker save or OCI archive under the names it carries. */
  void archive(Archive archive) throws IOException {
    run(List.of(), archive);
  }

  private void run(List<String> options, Archive archive) throws IOException {
    List<String> command = new ArrayList<>(List.of("ctr", "--address", socket.toString()));
    command.addAll(List.of("--namespace", "k8s.io", "images", "import"));
    command.addAll(options);
    command.add("-");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    CompletableFuture<String> said = CompletableFuture.supplyAsync(() -> read(process));
    try {
      try (OutputStream in = process.getOutputStream()) {
        archive.writeTo(in);
      } catch (IOException e) {
        // ctr says better why it stopped reading.
        process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
      }
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("containerd at " + socket + " took no image: " + said.join());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Process process) {
    try {
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return text.substring(0, Math.min(text.length(), MESSAGE_CHARS_MAX));
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
