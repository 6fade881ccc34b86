package dev.wherry.runtime.docker;

import static dev.wherry.runtime.docker.CriErrors.answer;

import com.github.dockerjava.api.DockerClient;
import dev.wherry.proto.cri.v1.FilesystemIdentifier;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.ImageFsInfoRequest;
import dev.wherry.proto.cri.v1.ImageFsInfoResponse;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
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
import dev.wherry.proto.cri.v1.UInt64Value;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.Objects;

/** ImageService, call by call. */
final class ImageCalls extends ImageServiceGrpc.ImageServiceImplBase {
  private final DockerClient docker;
  private final Images images;
  private final InstantSource clock;

  ImageCalls(DockerClient docker, Images images, InstantSource clock) {
    this.docker = docker;
    this.images = images;
    this.clock = clock;
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> out) {
    answer(
        out,
        () ->
            ListImagesResponse.newBuilder()
                .addAllImages(images.list(request.getFilter().getImage()))
                .build());
  }

  @Override
  public void streamImages(StreamImagesRequest request, StreamObserver<StreamImagesResponse> out) {
    answer(
        out,
        () ->
            StreamImagesResponse.newBuilder()
                .addAllImages(images.list(request.getFilter().getImage()))
                .build());
  }

  // No image is an empty answer, not an error.
  @Override
  public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> out) {
    answer(
        out,
        () -> {
          var response = ImageStatusResponse.newBuilder();
          images.status(request.getImage()).ifPresent(response::setImage);
          return response.build();
        });
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> out) {
    answer(
        out,
        () ->
            PullImageResponse.newBuilder()
                .setImageRef(images.pull(request.getImage(), request.getAuth()))
                .build());
  }

  @Override
  public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> out) {
    answer(
        out,
        () -> {
          images.remove(request.getImage());
          return RemoveImageResponse.getDefaultInstance();
        });
  }

  /** Docker keeps images and writable layers in one place; its size is the sum of the images. */
  @Override
  public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> out) {
    answer(
        out,
        () -> {
          String root = Objects.requireNonNullElse(docker.infoCmd().exec().getDockerRootDir(), "");
          long bytes =
              docker.listImagesCmd().exec().stream()
                  .mapToLong(image -> Objects.requireNonNullElse(image.getSize(), 0L))
                  .sum();
          FilesystemUsage usage =
              FilesystemUsage.newBuilder()
                  .setTimestamp(DockerTimes.nanos(clock.instant()))
                  .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(root))
                  .setUsedBytes(UInt64Value.newBuilder().setValue(bytes))
                  .build();
          return ImageFsInfoResponse.newBuilder()
              .addImageFilesystems(usage)
              .addContainerFilesystems(usage)
              .build();
        });
  }
}
