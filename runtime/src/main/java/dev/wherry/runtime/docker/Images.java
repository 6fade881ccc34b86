package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import dev.wherry.proto.cri.v1.AuthConfig;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.Int64Value;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Docker's images, and pulls that ask the mirror of imported ones first. */
final class Images {
  /** Ends every failed pull, since the cure on a machine without a registry is not obvious. */
  static final String IMPORT_HINT =
      "an image can also be brought in with: wherry image import FILE";

  private final DockerClient docker;
  private final ImageStore imported;
  private final ImageMirror mirror;

  Images(DockerClient docker, ImageStore imported, ImageMirror mirror) {
    this.docker = docker;
    this.imported = imported;
    this.mirror = mirror;
  }

  List<Image> list(ImageSpec filter) {
    if (!filter.getImage().isEmpty()) {
      return status(filter).stream().toList();
    }
    var images = new ArrayList<Image>();
    for (var image : docker.listImagesCmd().exec()) {
      images.add(
          Image.newBuilder()
              .setId(image.getId())
              .setSize(Objects.requireNonNullElse(image.getSize(), 0L))
              .addAllRepoTags(tags(list(image.getRepoTags())))
              .addAllRepoDigests(digests(list(image.getRepoDigests())))
              .build());
    }
    return images;
  }

  /** An image by name, digest or id; empty when Docker has none. */
  Optional<Image> status(ImageSpec spec) {
    return inspect(spec.getImage())
        .map(image -> {
          var found =
              Image.newBuilder()
                  .setId(Objects.requireNonNullElse(image.getId(), ""))
                  .setSize(Objects.requireNonNullElse(image.getSize(), 0L))
                  .addAllRepoTags(tags(nonNull(image.getRepoTags())))
                  .addAllRepoDigests(digests(nonNull(image.getRepoDigests())))
                  .setSpec(spec);
          user(image, found);
          return found.build();
        });
  }

  /** A repository digest of an image by id, the id itself when it has none. */
  String reference(String imageId) {
    return inspect(imageId)
        .flatMap(image -> digests(nonNull(image.getRepoDigests())).stream().findFirst())
        .orElse(imageId);
  }

  private Optional<InspectImageResponse> inspect(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(docker.inspectImageCmd(name).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private static void user(InspectImageResponse image, Image.Builder to) {
    String user = image.getConfig() == null ? null : image.getConfig().getUser();
    String first = user == null ? "" : user.replaceFirst(":.*", "");
    if (first.matches("\\d{1,18}")) {
      to.setUid(Int64Value.newBuilder().setValue(Long.parseLong(first)));
    } else if (!first.isEmpty()) {
      to.setUsername(first);
    }
  }

  /** Pulls, from the mirror if the name was imported; returns the image's id. */
  String pull(ImageSpec spec, AuthConfig auth) throws InterruptedException {
    ImageName name = ImageName.parse(spec.getImage());
    String pulled;
    if (imported.find(name).isPresent()) {
      pulled = mirror.repositoryFor(name);
      pull(docker.pullImageCmd(pulled).withTag(name.reference()));
      if (name.digest().isEmpty()) {
        docker.tagImageCmd(pulled + ":" + name.tag(), name.repository(), name.tag()).exec();
      }
    } else {
      pulled = name.repository();
      PullImageCmd pull = docker.pullImageCmd(pulled).withTag(name.reference());
      pull(auth.equals(AuthConfig.getDefaultInstance()) ? pull : pull.withAuthConfig(login(auth)));
    }
    String reference = pulled + (name.digest().isEmpty() ? ":" + name.tag() : "@" + name.digest());
    return inspect(reference)
        .map(InspectImageResponse::getId)
        .orElseThrow(() -> CriErrors.notFound("image", reference));
  }

  private static void pull(PullImageCmd pull) throws InterruptedException {
    try {
      pull.exec(
              new ResultCallback.Adapter<PullResponseItem>() {
                private String error = "";

                @Override
                public void onNext(PullResponseItem item) {
                  if (item.getErrorDetail() != null) {
                    error = String.valueOf(item.getErrorDetail().getMessage());
                  }
                }

                @Override
                public void onComplete() {
                  if (error.isEmpty()) {
                    super.onComplete();
                  } else {
                    onError(new DockerException(error, 500));
                  }
                }
              })
          .awaitCompletion();
    } catch (DockerException e) {
      Status status = e instanceof NotFoundException ? Status.NOT_FOUND : Status.UNKNOWN;
      throw status.withDescription(CriErrors.text(e) + "; " + IMPORT_HINT).asRuntimeException();
    }
  }

  private static com.github.dockerjava.api.model.AuthConfig login(AuthConfig auth) {
    var login = new com.github.dockerjava.api.model.AuthConfig();
    if (!auth.getServerAddress().isEmpty()) {
      login.withRegistryAddress(auth.getServerAddress());
    }
    if (!auth.getIdentityToken().isEmpty()) {
      return login.withIdentityToken(auth.getIdentityToken());
    }
    if (!auth.getRegistryToken().isEmpty()) {
      return login.withRegistrytoken(auth.getRegistryToken());
    }
    if (auth.getUsername().isEmpty() && !auth.getAuth().isEmpty()) {
      byte[] joined = Base64.getDecoder().decode(auth.getAuth());
      String[] parts = new String(joined, StandardCharsets.UTF_8).split(":", 2);
      return login.withUsername(parts[0]).withPassword(parts.length > 1 ? parts[1] : "");
    }
    return login.withUsername(auth.getUsername()).withPassword(auth.getPassword());
  }

  /** Removes an image with every name it has; what is gone is no error. */
  void remove(ImageSpec spec) {
    Optional<InspectImageResponse> image = inspect(spec.getImage());
    if (image.isEmpty()) {
      return;
    }
    try {
      for (String tag : nonNull(image.get().getRepoTags())) {
        docker.removeImageCmd(tag).exec();
      }
      docker.removeImageCmd(Objects.requireNonNull(image.get().getId())).withForce(true).exec();
    } catch (NotFoundException e) {
      // The last name took the image with it.
    } catch (ConflictException e) {
      throw Status.FAILED_PRECONDITION.withDescription(CriErrors.text(e)).asRuntimeException();
    }
  }

  // The mirror's tags are a way of pulling and no names; its digests stand for the original ones.
  private static List<String> tags(List<String> docker) {
    return docker.stream()
        .filter(tag -> !tag.startsWith("<none>") && ImageMirror.originalRepository(tag).isEmpty())
        .map(tag -> ImageName.parse(tag).toString())
        .distinct()
        .sorted()
        .toList();
  }

  private static List<String> digests(List<String> docker) {
    return docker.stream()
        .filter(digest -> !digest.startsWith("<none>"))
        .map(digest -> ImageMirror.originalRepository(digest).orElse(digest))
        .map(digest -> ImageName.parse(digest).toString())
        .distinct()
        .sorted()
        .toList();
  }

  private static List<String> list(String @org.jspecify.annotations.Nullable [] array) {
    return array == null ? List.of() : Arrays.asList(array);
  }

  private static List<String> nonNull(@org.jspecify.annotations.Nullable List<String> list) {
    return list == null ? List.of() : list;
  }
}
