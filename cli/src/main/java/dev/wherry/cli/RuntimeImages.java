package dev.wherry.cli;

import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ListImagesRequest;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import dev.wherry.runtime.choice.CriConnection;
import dev.wherry.runtime.choice.RememberedRuntime;
import dev.wherry.runtime.images.ImageName;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The images of the runtime that a data directory's worker uses, by CRI. */
record RuntimeImages(CriConnection cri) implements AutoCloseable {
  private static final Duration CALL = Duration.ofSeconds(30);
  private static final Duration PULL = Duration.ofHours(1);

  /** Empty when no worker has run on the directory yet. */
  static Optional<RuntimeImages> open(Path dataDirectory) throws IOException {
    return RememberedRuntime.read(dataDirectory)
        .map(runtime -> new RuntimeImages(new CriConnection(runtime.imageSocket())));
  }

  List<Image> list() throws IOException {
    return call(() -> cri.images(CALL).listImages(ListImagesRequest.getDefaultInstance()))
        .getImagesList();
  }

  /** Gives the image's reference. */
  String pull(ImageName name) throws IOException {
    PullImageRequest request = PullImageRequest.newBuilder().setImage(spec(name)).build();
    return call(() -> cri.images(PULL).pullImage(request)).getImageRef();
  }

  /** False when it was not there. */
  boolean remove(ImageName name) throws IOException {
    ImageStatusRequest asked = ImageStatusRequest.newBuilder().setImage(spec(name)).build();
    if (!call(() -> cri.images(CALL).imageStatus(asked)).hasImage()) {
      return false;
    }
    RemoveImageRequest request = RemoveImageRequest.newBuilder().setImage(spec(name)).build();
    call(() -> cri.images(CALL).removeImage(request));
    return true;
  }

  private static ImageSpec spec(ImageName name) {
    return ImageSpec.newBuilder().setImage(name.toString()).build();
  }

  private static <T> T call(Supplier<T> call) throws IOException {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      String why = e.getStatus().getDescription();
      throw switch (e.getStatus().getCode()) {
        case UNAVAILABLE ->
            new IOException(
                "the runtime does not answer; is the server or agent running? (wherry status)", e);
        default -> new IOException(why == null ? e.getStatus().toString() : why, e);
      };
    }
  }

  @Override
  public void close() {
    cri.close();
  }
}
