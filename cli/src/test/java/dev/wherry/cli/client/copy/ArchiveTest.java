package dev.wherry.cli.client.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.failure.ClientException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private String unpack(String prefix, Path target) throws IOException {
    PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
    Archive.unpack(
        new ByteArrayInputStream(bytes.toByteArray()), prefix, target, "another way", err);
    return said.toString(StandardCharsets.UTF_8);
  }

  private static void file(TarArchiveOutputStream tar, String name, String text)
      throws IOException {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  @Test
  void unpack_nameThatLeadsOut_isPassedOver(@TempDir Path folder) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      file(tar, "tmp/x/../../../evil", "no");
      file(tar, "tmp/x/good", "yes");
    }

    String warned = unpack("tmp/x", folder.resolve("target"));

    assertTrue(warned.contains("is outside target destination, skipping"), warned);
    assertEquals("yes", Files.readString(folder.resolve("target/good")));
    assertFalse(Files.exists(folder.resolve("evil")));
  }

  @Test
  void unpack_linkThenFileThroughIt_writesNothingElsewhere(@TempDir Path folder)
      throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path target = Files.createDirectory(folder.resolve("target"));
    Files.createSymbolicLink(target.resolve("way"), outside);
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry link = new TarArchiveEntry("d/link", TarConstants.LF_SYMLINK);
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      file(tar, "d/way/evil", "no");
    }

    String warned = unpack("d", target);

    assertTrue(warned.contains("skipping symlink"), warned);
    assertFalse(Files.exists(target.resolve("link")));
    assertFalse(Files.exists(outside.resolve("evil")));
  }

  @Test
  void unpack_otherNames_areRefused(@TempDir Path folder) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      file(tar, "etc/shadow", "no");
    }

    assertThrows(ClientException.class, () -> unpack("tmp/x", folder));
  }

  @Test
  void pack_folder_comesBackAsItWas(@TempDir Path folder) throws IOException {
    Path source = Files.createDirectories(folder.resolve("source/sub"));
    Files.writeString(source.resolve("한글"), "text");
    Files.createDirectory(folder.resolve("source/empty"));
    Archive.pack(folder.resolve("source"), "there", bytes);

    assertEquals("", unpack("there", folder.resolve("back")));

    assertEquals("text", Files.readString(folder.resolve("back/sub/한글")));
    assertTrue(Files.isDirectory(folder.resolve("back/empty")));
  }
}
