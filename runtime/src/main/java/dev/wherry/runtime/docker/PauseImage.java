package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.wherry.runtime.images.ImageArchives;
import java.io.ByteArrayInputStream;

/** The image of sandboxes: {@code wherry-shim pause} and nothing else, loaded at first use. */
final class PauseImage {
  private final DockerClient docker;

  PauseImage(DockerClient docker) {
    this.docker = docker;
  }

  /** The image's name in Docker, which has it when this returns. */
  String ensure() {
    String name = ImageArchives.PAUSE_NAME;
    try {
      docker.inspectImageCmd(name).exec();
    } catch (NotFoundException e) {
      docker.loadImageCmd(new ByteArrayInputStream(ImageArchives.pause())).exec();
    }
    return name;
  }
}
