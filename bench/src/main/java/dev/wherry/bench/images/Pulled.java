package dev.wherry.bench.images;

import dev.wherry.bench.Images;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.PullImageResponse;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.service.BuiltInImages;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A pull in a process of its own, and its figures. */
public final class Pulled {
  private static final double NANOS_PER_SECOND = 1e9;

  private Pulled() {}

  /** Runs {@link #here} in a fresh process with little heap. */
  public static void inProcess(Path data, String name, String what)
      throws IOException, InterruptedException {
    System.out.println(what);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Images.class.getName(),
                data.toString(),
                name)
            .inheritIO()
            .start();
    int _ = process.waitFor();
  }

  /** Pulls, mounts once, removes the root; prints seconds, CPU seconds and the peak of memory. */
  public static void here(Path data, String name) throws Exception {
    try (SystemTimer timer = new SystemTimer();
        BuiltInImages images =
            BuiltInImages.open(data, new ImageStore(data.resolve("images")), timer, new Random())) {
      long begun = System.nanoTime();
      Answer answer = new Answer();
      ImageSpec spec = ImageSpec.newBuilder().setImage(name).build();
      images.service().pullImage(PullImageRequest.newBuilder().setImage(spec).build(), answer);
      String id = answer.value.join().getImageRef();
      double pulled = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      long mounting = System.nanoTime();
      Path _ = images.roots().mount("bench", id, Optional.empty());
      double mounted = (System.nanoTime() - mounting) / NANOS_PER_SECOND;
      images.roots().remove("bench");
      double cpu =
          ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos()
              / NANOS_PER_SECOND;
      System.out.printf(
          "pulled and unpacked in %.2f s, CPU of the process %.2f s, mounted in %.1f ms, %s%n",
          pulled, cpu, mounted * 1000, peak());
    }
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .findFirst()
        .orElse("no peak")
        .replaceAll("\\s+", " ");
  }

  private static final class Answer implements StreamObserver<PullImageResponse> {
    private final CompletableFuture<PullImageResponse> value = new CompletableFuture<>();

    @Override
    public void onNext(PullImageResponse answer) {
      value.complete(answer);
    }

    @Override
    public void onError(Throwable failure) {
      value.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
