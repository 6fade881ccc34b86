package dev.wherry.runtime.builtin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Root file systems of containers, made from images. Calls block; platform threads only. */
public interface ContainerRoots {
  /**
   * The config of an image.
   *
   * @param imageReference an id, a name with a tag or a name with a digest
   * @throws NoSuchImageException when it is not unpacked here
   */
  ImageConfig config(String imageReference) throws IOException;

  /**
   * Mounts a writable root for the container; called again it gives the same mounted root (also
   * after a restart or reboot).
   *
   * @param imageId the {@link ImageConfig#id id} of an unpacked image
   * @param owners in whose eyes the image's files belong to whom they belong to
   */
  Path mount(String containerId, String imageId, Optional<UserNamespace> owners) throws IOException;

  /**
   * A read-only mount of an image for an image volume, kept until {@link #remove} of the same id.
   */
  Path mountReadOnly(String id, String imageId, Optional<UserNamespace> owners) throws IOException;

  /**
   * Mounts a file or folder at a second place, until {@link #unbind}.
   *
   * @param target there, and of the same kind
   * @param userNamespace the file of a namespace, in whose eyes it belongs to whom it belongs to
   */
  void bind(Path source, Path target, Optional<Path> userNamespace) throws IOException;

  /** Takes away what is mounted at a place; whoever uses it keeps it. */
  void unbind(Path target) throws IOException;

  /**
   * Tries whether images and folders in memory can have a user namespace's owners.
   *
   * @throws IOException when not, with the reason
   */
  void tryOwners(UserNamespace owners) throws IOException;

  /** Unmounts and deletes; nothing happens when there is none. */
  void remove(String containerId) throws IOException;

  /** Bytes and inodes of the writable layer. */
  Usage usage(String containerId) throws IOException;

  /** All ids that have a root here: the orphans' collector asks. */
  Set<String> ids() throws IOException;

  /**
   * What a writable layer takes.
   *
   * @param bytes on the disk
   * @param inodes files, folders and the like
   */
  record Usage(long bytes, long inodes) {}
}
