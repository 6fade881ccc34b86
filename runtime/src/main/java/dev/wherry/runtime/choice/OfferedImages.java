package dev.wherry.runtime.choice;

import dev.wherry.proto.cri.v1.ImageFsInfoRequest;
import dev.wherry.proto.cri.v1.ImageFsInfoResponse;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import dev.wherry.proto.cri.v1.ListImagesRequest;
import dev.wherry.proto.cri.v1.ListImagesResponse;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.PullImageResponse;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageResponse;
import dev.wherry.proto.cri.v1.StreamImagesRequest;
import dev.wherry.proto.cri.v1.StreamImagesResponse;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The ImageService of a foreign containerd with the imported images before it: a pull of an
 * imported name brings exactly that digest in and asks no registry. Everything else goes through.
 * The kubelet takes it as its image service, which may be another socket than the runtime's
 * (upstream: {@code --image-service-endpoint}).
 */
final class OfferedImages extends ImageServiceGrpc.ImageServiceImplBase {
  private static final Duration CALL = Duration.ofMinutes(2);
  private static final Duration PULL = Duration.ofHours(1);

  /** Containerd tells its CRI half of an import by an event. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(10);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final CriConnection cri;
  private final ImageStore imported;
  private final ContainerdImport containerd;

  OfferedImages(CriConnection cri, ImageStore imported, ContainerdImport containerd) {
    this.cri = cri;
    this.imported = imported;
    this.containerd = containerd;
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> out) {
    answer(out, () -> cri.images(CALL).listImages(request));
  }

  @Override
  public void streamImages(StreamImagesRequest request, StreamObserver<StreamImagesResponse> out) {
    out.onError(Status.UNIMPLEMENTED.asRuntimeException());
  }

  @Override
  public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> out) {
    answer(out, () -> cri.images(CALL).imageStatus(request));
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> out) {
    answer(
        out,
        () ->
            stored(request.getImage().getImage())
                .map(this::bring)
                .orElseGet(() -> cri.images(PULL).pullImage(request)));
  }

  @Override
  public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> out) {
    answer(out, () -> cri.images(CALL).removeImage(request));
  }

  @Override
  public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> out) {
    answer(out, () -> cri.images(CALL).imageFsInfo(request));
  }

  private Optional<StoredImage> stored(String name) {
    try {
      return imported.find(ImageName.parse(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private PullImageResponse bring(StoredImage image) {
    Optional<String> id = present(image);
    if (id.isEmpty()) {
      try {
        containerd.image(imported, image);
      } catch (IOException e) {
        throw Status.UNKNOWN.withDescription(e.getMessage()).asRuntimeException();
      }
      id = awaited(image);
    }
    return PullImageResponse.newBuilder()
        .setImageRef(
            id.orElseThrow(() ->
                Status.DEADLINE_EXCEEDED
                    .withDescription("containerd does not show " + image.name())
                    .asRuntimeException()))
        .build();
  }

  private Optional<String> awaited(StoredImage image) {
    long end = System.nanoTime() + SEEN_MAX.toNanos();
    Optional<String> id = present(image);
    while (id.isEmpty() && System.nanoTime() < end) {
      java.util.concurrent.locks.LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      id = present(image);
    }
    return id;
  }

  /** The runtime's id of an image whose name stands for this digest there. */
  private Optional<String> present(StoredImage image) {
    ImageSpec spec = ImageSpec.newBuilder().setImage(image.name().toString()).build();
    ImageStatusResponse answer =
        cri.images(CALL).imageStatus(ImageStatusRequest.newBuilder().setImage(spec).build());
    return answer.hasImage()
            && answer.getImage().getRepoDigestsList().stream()
                .anyMatch(digest -> digest.endsWith("@" + image.digest()))
        ? Optional.of(answer.getImage().getId())
        : Optional.empty();
  }

  private static <T> void answer(StreamObserver<T> out, Supplier<T> call) {
    try {
      out.onNext(call.get());
      out.onCompleted();
    } catch (StatusRuntimeException e) {
      out.onError(e);
    }
  }
}
