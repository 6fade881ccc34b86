package dev.wherry.runtime.images.service;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.PullImageResponse;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageResponse;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.layer.LayerLimits;
import dev.wherry.runtime.images.registry.PullLimits;
import dev.wherry.runtime.images.registry.RegistryConfig;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Pulls, mounts, unmounts and removes an image again and again until it is killed. */
final class PullingProcess {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final Duration SHORT = Duration.ofMillis(50);

  private PullingProcess() {}

  public static void main(String[] args) throws Exception {
    Path data = Path.of(args[0]);
    ImageSpec spec = ImageSpec.newBuilder().setImage(args[1]).build();
    try (SystemTimer timer = new SystemTimer();
        BuiltInImages images =
            BuiltInImages.open(
                data,
                new ImageStore(data.resolve("images")),
                RegistryConfig.none(),
                new PullLimits(LONG, LONG, LONG, SHORT, SHORT, 3, 3, 0),
                new LayerLimits(1_000, 64 << 20, 64 << 20, 0),
                timer,
                new Random())) {
      // As the collector of orphans would.
      for (String left : images.roots().ids()) {
        images.roots().remove(left);
      }
      for (int round = 0; round < Integer.parseInt(args[2]); round++) {
        Answer<PullImageResponse> pulled = new Answer<>();
        images.service().pullImage(PullImageRequest.newBuilder().setImage(spec).build(), pulled);
        String id = pulled.value.join().getImageRef();
        System.out.println("pulled " + id);
        images.roots().mount("root-" + round, id, Optional.empty());
        System.out.println("mounted");
        images.roots().remove("root-" + round);
        Answer<RemoveImageResponse> removed = new Answer<>();
        images
            .service()
            .removeImage(RemoveImageRequest.newBuilder().setImage(spec).build(), removed);
        removed.value.join();
        System.out.println("removed");
      }
    }
  }

  private static final class Answer<T> implements StreamObserver<T> {
    private final CompletableFuture<T> value = new CompletableFuture<>();

    @Override
    public void onNext(T answer) {
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
