package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.PullImageResponse;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import io.grpc.stub.StreamObserver;

/** The images of a store, by their names, all under {@link CopiedRoots#IMAGE_ID}. */
final class StoredImages extends ImageServiceGrpc.ImageServiceImplBase {
  private final ImageStore store;

  StoredImages(ImageStore store) {
    this.store = store;
  }

  @Override
  public void pullImage(PullImageRequest request, StreamObserver<PullImageResponse> out) {
    out.onNext(PullImageResponse.newBuilder().setImageRef(CopiedRoots.IMAGE_ID).build());
    out.onCompleted();
  }

  @Override
  public void imageStatus(ImageStatusRequest request, StreamObserver<ImageStatusResponse> out) {
    var response = ImageStatusResponse.newBuilder();
    store
        .find(ImageName.parse(request.getImage().getImage()))
        .ifPresent(image ->
            response.setImage(
                Image.newBuilder()
                    .setId(CopiedRoots.IMAGE_ID)
                    .addRepoTags(image.name().toString())
                    .addRepoDigests(image.name().repository() + "@" + image.digest())));
    out.onNext(response.build());
    out.onCompleted();
  }
}
