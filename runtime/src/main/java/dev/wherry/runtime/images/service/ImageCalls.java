package dev.wherry.runtime.images.service;

import static dev.wherry.runtime.images.service.ImageErrors.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.proto.cri.v1.FilesystemIdentifier;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageFsInfoRequest;
import dev.wherry.proto.cri.v1.ImageFsInfoResponse;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import dev.wherry.proto.cri.v1.Int64Value;
import dev.wherry.proto.cri.v1.ListImagesRequest;
import dev.wherry.proto.cri.v1.ListImagesResponse;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.PullImageResponse;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageResponse;
import dev.wherry.proto.cri.v1.StreamImagesRequest;
import dev.wherry.proto.cri.v1.StreamImagesResponse;
import dev.wherry.proto.cri.v1.UInt64Value;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.ContainerRoots;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.catalog.LocalImage;
import dev.wherry.runtime.images.registry.Credentials;
import dev.wherry.runtime.images.snapshot.LayeredRoots;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** ImageService of CRI, call by call. */
final class ImageCalls extends ImageServiceGrpc.ImageServiceImplBase {
  private final ImageStore store;
  private final LocalImages images;
  private final LayeredRoots roots;
  private final InstantSource clock;

  ImageCalls(ImageStore store, LocalImages images, LayeredRoots roots, InstantSource clock) {
    this.store = store;
    this.images = images;
    this.roots = roots;
    this.clock = clock;
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> out) {
    answer(
        out,
        () ->
            ListImagesResponse.newBuilder()
                .addAllImages(list(request.getFilter().getImage()))
                .build());
  }

  @Override
  public void streamImages(StreamImagesRequest request, StreamObserver<StreamImagesResponse> out) {
    answer(
        out,
        () ->
            StreamImagesResponse.newBuilder()
                .addAllImages(list(request.getFilter().getImage()))
                .build());
  }

  private List<Image> list(ImageSpec filter) {
    List<LocalImage> found =
        filter.getImage().isEmpty()
            ? images.all()
            : images.find(filter.getImage()).stream().toList();
    return found.stream().map(image -> image(image).build()).toList();
  }

  private static Image.Builder image(LocalImage image) {
    Image.Builder built =
        Image.newBuilder()
            .setId(image.id())
            .setSize(image.content().sizeBytes())
            .addAllRepoTags(image.tags())
            .addAllRepoDigests(image.digests())
            .setPinned(image.pinned());
    String user = image.content().config().user().replaceFirst(":.*", "");
    if (user.matches("\\d{1,18}")) {
      built.setUid(Int64Value.newBuilder().setValue(Long.parseLong(user)));
    } else if (!user.isEmpty()) {
      built.setUsername(user);
    }
    return built;
  }

  // No image is an empty answer, not an error.
  @Override
  public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> out) {
    answer(
        out,
        () -> {
          var response = ImageStatusResponse.newBuilder();
          Optional<LocalImage> found = images.find(request.getImage().getImage());
          if (found.isPresent()) {
            response.setImage(image(found.get()).setSpec(request.getImage()));
            if (request.getVerbose()) {
              response.putInfo("info", verbose(found.get()));
            }
          }
          return response.build();
        });
  }

  private String verbose(LocalImage image) throws IOException {
    Optional<Path> config = store.blob(image.id());
    JsonNode tree =
        config.isPresent() ? Trees.parse(Files.readAllBytes(config.get())) : Trees.object();
    String chain = image.content().chains().stream().findFirst().orElse("");
    return new String(
        Trees.bytes(Trees.object().put("chainID", chain).set("imageSpec", tree)),
        StandardCharsets.UTF_8);
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> out) {
    answer(
        out,
        () -> {
          ImageName name = ImageName.parse(request.getImage().getImage());
          Optional<Credentials> credentials = Credentials.of(request.getAuth(), name.domain());
          String id = untilCancelled(() -> images.pull(name, credentials));
          return PullImageResponse.newBuilder().setImageRef(id).build();
        });
  }

  /** A pull ends when its caller hangs up. */
  private static <T> T untilCancelled(Callable<T> call) throws Exception {
    Thread puller = Thread.currentThread();
    Context context = Context.current();
    Context.CancellationListener listener = _ -> puller.interrupt();
    context.addListener(listener, Runnable::run);
    try {
      return call.call();
    } finally {
      context.removeListener(listener);
      boolean _ = Thread.interrupted();
    }
  }

  @Override
  public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> out) {
    answer(
        out,
        () -> {
          images.remove(request.getImage().getImage());
          return RemoveImageResponse.getDefaultInstance();
        });
  }

  /** Images and writable layers are on one disk; its use is the blobs' and the layers'. */
  @Override
  public void imageFsInfo(ImageFsInfoRequest request, StreamObserver<ImageFsInfoResponse> out) {
    answer(
        out,
        () -> {
          // An import may have been removed by another process.
          roots.sweep();
          ContainerRoots.Usage layers = roots.layersUsage();
          Instant now = clock.instant();
          FilesystemUsage usage =
              FilesystemUsage.newBuilder()
                  .setTimestamp(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano())
                  .setFsId(
                      FilesystemIdentifier.newBuilder()
                          .setMountpoint(store.directory().toAbsolutePath().toString()))
                  .setUsedBytes(UInt64Value.newBuilder().setValue(store.bytes() + layers.bytes()))
                  .setInodesUsed(UInt64Value.newBuilder().setValue(layers.inodes()))
                  .build();
          return ImageFsInfoResponse.newBuilder()
              .addImageFilesystems(usage)
              .addContainerFilesystems(usage)
              .build();
        });
  }
}
