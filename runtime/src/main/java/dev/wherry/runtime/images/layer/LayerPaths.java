package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.KernelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the folder that an entry's name lies in, and makes what is missing on the way with the
 * owner and mode it has in a layer below (rule: containerd's mkparent). The kernel resolves links
 * as if the layer's folder were the root, so no name leads out.
 */
final class LayerPaths implements AutoCloseable {
  private static final int FOLDER_MODE = 0755;

  /** What overlayfs asks for to hide a lower folder's names. */
  static final String OPAQUE = "trusted.overlay.opaque";

  static final byte[] YES = {'y'};

  private final Folder root;
  private final List<Folder> parents;
  private String lastPath = ".";
  private Folder last;

  /**
   * @param root of this layer, owned from now on
   * @param parents the layers below, topmost first; the caller's
   */
  LayerPaths(Folder root, List<Folder> parents) throws KernelException {
    this.root = root;
    this.parents = parents;
    this.last = root.open(".");
  }

  /** An entry's name in parts; none for the root itself. */
  static List<String> parts(String name) throws LayerException {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new LayerException("a name climbs out of the layer: " + TarEntry.readable(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  static String folderOf(List<String> parts) {
    return parts.size() < 2 ? "." : String.join("/", parts.subList(0, parts.size() - 1));
  }

  Folder root() {
    return root;
  }

  /** The folder of a path, made if it is missing; valid until the next call. */
  Folder folder(String path) throws IOException {
    if (!path.equals(lastPath)) {
      Folder found = found(path);
      last.close();
      last = found;
      lastPath = path;
    }
    return last;
  }

  /** Something was removed or replaced: names may lead elsewhere now. */
  void changed() throws KernelException {
    last.close();
    last = root.open(".");
    lastPath = ".";
  }

  /** A folder that must be there already. */
  Folder existing(String path) throws IOException {
    return root.open(path);
  }

  private Folder found(String path) throws IOException {
    try {
      return root.open(path);
    } catch (KernelException e) {
      if (e.errno() == KernelException.ENOENT || e.errno() == KernelException.ENOTDIR) {
        return made(path);
      }
      throw new LayerException("no way to " + TarEntry.readable(path) + ": " + e.getMessage(), e);
    }
  }

  private Folder made(String path) throws IOException {
    Folder at = root.open(".");
    try {
      StringBuilder prefix = new StringBuilder();
      for (String part : path.split("/", -1)) {
        prefix.append(prefix.isEmpty() ? "" : "/").append(part);
        Folder next = stepped(at, part, prefix.toString());
        at.close();
        at = next;
      }
      return at;
    } catch (IOException | RuntimeException e) {
      at.close();
      throw e;
    }
  }

  private Folder stepped(Folder at, String part, String prefix) throws IOException {
    try {
      return root.open(prefix);
    } catch (KernelException e) {
      make(at, part, prefix);
      return root.open(prefix);
    }
  }

  private void make(Folder at, String part, String prefix) throws IOException {
    boolean hidden = false;
    try {
      hidden = at.status(part).isWhiteout();
      if (!hidden) {
        throw new LayerException(
            "a name below something that is no folder: " + TarEntry.readable(prefix));
      }
      at.unlink(part);
    } catch (KernelException e) {
      if (e.errno() != KernelException.ENOENT) {
        throw e;
      }
    }
    at.mkdir(part, FOLDER_MODE);
    if (hidden) {
      at.xattr(part, OPAQUE, YES);
    } else {
      inherit(at, part, prefix);
    }
  }

  private void inherit(Folder at, String part, String prefix) throws KernelException {
    for (Folder parent : parents) {
      try (Folder lower = parent.open(prefix)) {
        FileStatus status = lower.status("");
        at.chown(part, status.uid(), status.gid());
        at.chmod(part, status.mode() & FileStatus.PERMISSIONS);
        at.times(part, status.mtimeSeconds(), status.mtimeNanos());
        return;
      } catch (KernelException e) {
        if (e.errno() != KernelException.ENOENT) {
          return;
        }
      }
    }
  }

  @Override
  public void close() {
    last.close();
    root.close();
  }
}
