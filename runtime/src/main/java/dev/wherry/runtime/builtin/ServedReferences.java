package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks the image service beside it, in this process.
 *
 * @param images whose answers come before its calls return, or soon after
 */
record ServedReferences(ImageServiceGrpc.ImageServiceImplBase images) implements ImageReferences {
  @Override
  public String reference(String reference, String imageId) {
    var answer = new Answer();
    images.imageStatus(
        ImageStatusRequest.newBuilder()
            .setImage(ImageSpec.newBuilder().setImage(reference))
            .build(),
        answer);
    try {
      Image image = answer.value.join().getImage();
      return image.getRepoDigestsCount() > 0 ? image.getRepoDigests(0) : imageId;
    } catch (CompletionException e) {
      return imageId;
    }
  }

  private static final class Answer implements StreamObserver<ImageStatusResponse> {
    private final CompletableFuture<ImageStatusResponse> value = new CompletableFuture<>();

    @Override
    public void onNext(ImageStatusResponse response) {
      value.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      value.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      value.complete(ImageStatusResponse.getDefaultInstance());
    }
  }
}
