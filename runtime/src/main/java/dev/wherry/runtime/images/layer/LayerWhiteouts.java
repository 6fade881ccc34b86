package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.KernelException;
import java.io.IOException;
import java.util.List;

/** Names that a layer removes (OCI image specification: whiteouts, opaque whiteouts). */
final class LayerWhiteouts {
  private static final String PREFIX = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String OTHERS = ".wh..wh.";

  private final LayerForm form;

  LayerWhiteouts(LayerForm form) {
    this.form = form;
  }

  static boolean isOne(String lastPart, TarEntry entry) {
    return lastPart.startsWith(PREFIX) || isDevice(entry);
  }

  private static boolean isDevice(TarEntry entry) {
    return entry.kind() == TarEntry.Kind.CHARACTER_DEVICE
        && entry.deviceMajor() == 0
        && entry.deviceMinor() == 0;
  }

  /** Carries out one; whether anything was removed. */
  boolean apply(Folder in, String lastPart) throws IOException {
    if (lastPart.equals(OPAQUE)) {
      return empty(in);
    }
    if (lastPart.startsWith(OTHERS)) {
      // aufs kept its own files under such names.
      return false;
    }
    String name = lastPart.startsWith(PREFIX) ? lastPart.substring(PREFIX.length()) : lastPart;
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new LayerException("a whiteout of no name: " + TarEntry.readable(lastPart));
    }
    return switch (form) {
      case OVERLAY -> {
        mark(in, name);
        yield false;
      }
      case FLAT -> {
        FileTree.remove(in, name);
        yield true;
      }
    };
  }

  private boolean empty(Folder in) throws IOException {
    return switch (form) {
      case OVERLAY -> {
        in.xattr(".", LayerPaths.OPAQUE, LayerPaths.YES);
        yield false;
      }
      case FLAT -> {
        List<String> names;
        try (Folder readable = in.child(".")) {
          names = FileTree.names(readable);
        }
        for (String name : names) {
          FileTree.remove(in, name);
        }
        yield true;
      }
    };
  }

  // What this layer itself brought stays; it is the lower one of that name that goes.
  private static void mark(Folder in, String name) throws IOException {
    try {
      if (in.status(name).isDirectory()) {
        in.xattr(name, LayerPaths.OPAQUE, LayerPaths.YES);
      }
    } catch (KernelException e) {
      if (e.errno() != KernelException.ENOENT) {
        throw e;
      }
      in.mknod(name, FileStatus.CHARACTER, 0, 0);
    }
  }
}
