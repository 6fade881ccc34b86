package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes an image as an OCI image layout in a tar (OCI image specification: image layout), with the
 * name in the annotation containerd reads.
 */
record ArchiveExport(Blobs blobs) {
  private static final String LAYOUT = "{\"imageLayoutVersion\": \"1.0.0\"}";
  private static final int FILE_MODE = 0644;

  void write(StoredImage image, Collection<String> digests, OutputStream out) throws IOException {
    // The stream is the caller's: it is flushed here and closed there.
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    put(tar, "oci-layout", LAYOUT.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    put(tar, "index.json", Trees.bytes(index(image)));
    for (String digest : digests) {
      Optional<Path> file = blobs.find(digest);
      if (file.isPresent()) {
        TarArchiveEntry entry = new TarArchiveEntry("blobs/" + digest.replace(':', '/'));
        entry.setSize(Files.size(file.get()));
        entry.setMode(FILE_MODE);
        tar.putArchiveEntry(entry);
        try (InputStream in = Files.newInputStream(file.get())) {
          in.transferTo(tar);
        }
        tar.closeArchiveEntry();
      }
    }
    tar.finish();
    tar.flush();
  }

  private ObjectNode index(StoredImage image) throws IOException {
    ObjectNode index = Trees.object().put("schemaVersion", 2);
    ObjectNode manifest = index.putArray("manifests").addObject();
    Path file =
        blobs
            .find(image.digest())
            .orElseThrow(() -> new IOException("the manifest of " + image.name() + " is missing"));
    manifest
        .put("mediaType", image.mediaType())
        .put("digest", image.digest())
        .put("size", Files.size(file));
    manifest.putObject("annotations").put("io.containerd.image.name", image.name().toString());
    return index;
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setMode(FILE_MODE);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
