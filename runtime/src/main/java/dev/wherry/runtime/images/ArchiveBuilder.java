package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.Trees;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Makes a one-layer image as a {@code docker load} archive, byte for byte the same from the same
 * input: all times are the epoch.
 */
final class ArchiveBuilder {
  private static final String EPOCH = "1970-01-01T00:00:00Z";
  private static final String LAYER = "layer.tar";
  private static final String CONFIG = "config.json";

  private final ByteArrayOutputStream layerBytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream layer = tar(layerBytes);

  private static TarArchiveOutputStream tar(ByteArrayOutputStream out) {
    var tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    return tar;
  }

  ArchiveBuilder directory(String path, int mode) {
    var entry = new TarArchiveEntry(path + "/");
    entry.setMode(mode);
    return add(layer, entry, new byte[0]);
  }

  ArchiveBuilder file(String path, int mode, byte[] content) {
    var entry = new TarArchiveEntry(path);
    entry.setMode(mode);
    entry.setSize(content.length);
    return add(layer, entry, content);
  }

  ArchiveBuilder link(String path, String target) {
    var entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
    entry.setLinkName(target);
    entry.setMode(0777);
    return add(layer, entry, new byte[0]);
  }

  private ArchiveBuilder add(TarArchiveOutputStream to, TarArchiveEntry entry, byte[] content) {
    entry.setModTime(0L);
    entry.setIds(0, 0);
    try {
      to.putArchiveEntry(entry);
      to.write(content);
      to.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The archive. Entrypoint, command and environment as an image configuration has them. */
  byte[] build(String name, List<String> entrypoint, List<String> command) {
    try {
      layer.close();
      byte[] layerTar = layerBytes.toByteArray();
      byte[] config = Trees.bytes(config(layerTar, entrypoint, command));
      var manifest = Trees.array();
      ObjectNode image = manifest.addObject().put("Config", CONFIG);
      image.putArray("RepoTags").add(name);
      image.putArray("Layers").add(LAYER);
      var bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream archive = tar(bytes)) {
        addFile(archive, CONFIG, config);
        addFile(archive, LAYER, layerTar);
        addFile(archive, "manifest.json", Trees.bytes(manifest));
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addFile(TarArchiveOutputStream archive, String name, byte[] content) {
    var entry = new TarArchiveEntry(name);
    entry.setMode(0644);
    entry.setSize(content.length);
    add(archive, entry, content);
  }

  private static ObjectNode config(byte[] layerTar, List<String> entrypoint, List<String> command) {
    ObjectNode config =
        Trees.object()
            .put("architecture", ShimBinary.ociArchitecture())
            .put("os", "linux")
            .put("created", EPOCH);
    ObjectNode run = config.putObject("config");
    run.putArray("Env").add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    if (!entrypoint.isEmpty()) {
      entrypoint.forEach(run.putArray("Entrypoint")::add);
    }
    if (!command.isEmpty()) {
      command.forEach(run.putArray("Cmd")::add);
    }
    ObjectNode rootfs = config.putObject("rootfs").put("type", "layers");
    rootfs.putArray("diff_ids").add(Blobs.digest(layerTar));
    config.putArray("history").addObject().put("created", EPOCH).put("created_by", "wherry");
    return config;
  }
}
