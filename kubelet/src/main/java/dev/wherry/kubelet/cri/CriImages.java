package dev.wherry.kubelet.cri;

import dev.wherry.proto.cri.v1.AuthConfig;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageFsInfoRequest;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import dev.wherry.proto.cri.v1.ListImagesRequest;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** CRI's ImageService with deadlines; failures are {@link CriException}s. */
public final class CriImages {
  /** A pull of a large image over a slow line. */
  static final Duration PULL = Duration.ofHours(1);

  private final ImageServiceGrpc.ImageServiceBlockingStub stub;

  CriImages(Channel channel) {
    stub = ImageServiceGrpc.newBlockingStub(channel);
  }

  /** The image if the runtime has it. */
  public Optional<Image> find(String image) {
    ImageStatusRequest request =
        ImageStatusRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(image)).build();
    ImageStatusResponse answer = CriRuntime.call(() -> in(CriRuntime.CALL).imageStatus(request));
    return answer.hasImage() && !answer.getImage().getId().isEmpty()
        ? Optional.of(answer.getImage())
        : Optional.empty();
  }

  /** Pulls and gives the image's reference. */
  public String pull(String image, AuthConfig auth, PodSandboxConfig sandbox) {
    PullImageRequest.Builder request =
        PullImageRequest.newBuilder()
            .setImage(ImageSpec.newBuilder().setImage(image))
            .setSandboxConfig(sandbox);
    if (!auth.equals(AuthConfig.getDefaultInstance())) {
      request.setAuth(auth);
    }
    return CriRuntime.call(() -> in(PULL).pullImage(request.build())).getImageRef();
  }

  public List<Image> list() {
    return CriRuntime.call(
            () -> in(CriRuntime.CALL).listImages(ListImagesRequest.getDefaultInstance()))
        .getImagesList();
  }

  public void remove(String image) {
    RemoveImageRequest request =
        RemoveImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(image)).build();
    CriRuntime.call(() -> in(CriRuntime.CALL).removeImage(request));
  }

  public List<FilesystemUsage> filesystems() {
    return CriRuntime.call(
            () -> in(CriRuntime.CALL).imageFsInfo(ImageFsInfoRequest.getDefaultInstance()))
        .getImageFilesystemsList();
  }

  private ImageServiceGrpc.ImageServiceBlockingStub in(Duration deadline) {
    return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }
}
