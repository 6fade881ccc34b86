package dev.wherry.runtime.images.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.runtime.images.fixture.TarBytes;
import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUnpackTest {
  private static final LayerLimits LIMITS = new LayerLimits(1_000, 64 << 20, 1L << 40, 0);

  @TempDir Path folder;
  private Path root;
  private Path outside;

  @BeforeEach
  void prepare() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("victim"), "untouched");
  }

  // JUnit cannot remove every name that a layer can make.
  @AfterEach
  void removeLayer() throws IOException {
    FileTree.remove(root);
    assertEquals(List.of("victim"), names(outside));
    assertEquals("untouched", Files.readString(outside.resolve("victim")));
  }

  private static List<String> names(Path of) throws IOException {
    try (Folder open = Folder.of(of)) {
      return FileTree.names(open).stream().sorted().toList();
    }
  }

  private LayerUnpack.Unpacked unpack(byte[] packed, Path... lower) throws IOException {
    return new LayerUnpack(LIMITS)
        .overlay(() -> new ByteArrayInputStream(packed), root, List.of(lower));
  }

  private static Object unix(Path file, String attribute) throws IOException {
    return Files.getAttribute(file, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
  }

  private static FileStatus status(Path in, String name) throws IOException {
    try (Folder open = Folder.of(in)) {
      return open.status(name);
    }
  }

  private static byte[] xattr(Path file, String name) throws Exception {
    Process getfattr =
        new ProcessBuilder(
                "python3",
                "-c",
                "import os,sys;sys.stdout.buffer.write(os.getxattr(sys.argv[1],sys.argv[2]))",
                file.toString(),
                name)
            .start();
    byte[] value = getfattr.getInputStream().readAllBytes();
    assertEquals(0, getfattr.waitFor(), () -> file + " has no " + name);
    return value;
  }

  private static String digest(byte[] bytes) throws Exception {
    return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void unpack_everyKind_keepsModesOwnersTimesAndAttributes() throws Exception {
    byte[] capability = HexFormat.of().parseHex("0100000200040000000000000000000000000000");
    byte[] archive =
        new TarBytes()
            .folder("bin/")
            .pax(
                "SCHILY.xattr.security.capability",
                new String(capability, java.nio.charset.StandardCharsets.ISO_8859_1),
                "SCHILY.xattr.user.color",
                "blue",
                "SCHILY.xattr.trusted.overlay.redirect",
                "/etc",
                "mtime",
                "1234567890.5")
            .file("bin/ping", 04755, new byte[] {1, 2, 3})
            .hardLink("bin/ping6", "bin/ping")
            .symlink("bin/sh", "/bin/busybox")
            .device("dev/null", '3', 1, 3)
            .device("dev/disk", '4', 8, 0)
            .device("run/pipe", '6', 0, 0)
            .bytes();
    LayerUnpack.Unpacked unpacked = unpack(archive);

    Path ping = root.resolve("bin/ping");
    assertEquals(digest(archive), unpacked.diffId());
    assertEquals(0104755, unix(ping, "mode"));
    assertEquals(1234, unix(ping, "uid"));
    assertEquals(4321, unix(ping, "gid"));
    assertEquals(1234567890500L, Files.getLastModifiedTime(ping).toMillis());
    assertEquals(2, unix(ping, "nlink"));
    assertArrayEquals(capability, xattr(ping, "security.capability"));
    assertEquals("blue", new String(xattr(ping, "user.color")));
    assertThrows(AssertionError.class, () -> xattr(ping, "trusted.overlay.redirect"));
    assertEquals(Path.of("/bin/busybox"), Files.readSymbolicLink(root.resolve("bin/sh")));
    assertEquals(1_000_000_000L, Files.getLastModifiedTime(root.resolve("bin")).toMillis() / 1000);
    FileStatus disk = status(root.resolve("dev"), "disk");
    assertEquals(FileStatus.BLOCK, disk.type());
    assertEquals(8, disk.deviceMajor());
    assertEquals(3, status(root.resolve("dev"), "null").deviceMinor());
    assertEquals(FileStatus.FIFO, status(root.resolve("run"), "pipe").type());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../victim", "a/../../outside/victim", "/../victim", "..", "a/.."})
  void unpack_nameThatClimbsOut_isRefused(String name) {
    assertThrows(LayerException.class, () -> unpack(new TarBytes().file(name, "evil").bytes()));
  }

  @Test
  void unpack_throughSymlinks_staysBelowTheRoot() throws Exception {
    String way = outside.toString();
    unpack(
        new TarBytes()
            .symlink("absolute", way)
            .symlink("climbing", "../../../../../../../.." + way)
            .folder(way.substring(1))
            .file("absolute/victim", "evil")
            .file("climbing/second", "evil")
            .bytes());
    Path inside = root.resolve(way.substring(1));
    assertEquals(List.of("second", "victim"), names(inside));
  }

  @Test
  void unpack_overASymlink_replacesIt() throws Exception {
    unpack(
        new TarBytes()
            .symlink("file", outside.resolve("victim").toString())
            .symlink("folder", outside.toString())
            .file("file", "evil")
            .folder("folder")
            .file("folder/new", "evil")
            .bytes());
    assertEquals("evil", Files.readString(root.resolve("file")));
    assertTrue(Files.isDirectory(root.resolve("folder"), LinkOption.NOFOLLOW_LINKS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside/victim", "escape/victim", "/etc/passwd", "nothing"})
  void unpack_hardLinkToOutside_isRefused(String target) {
    byte[] archive =
        new TarBytes().symlink("escape", outside.toString()).hardLink("link", target).bytes();
    assertThrows(LayerException.class, () -> unpack(archive));
  }

  @Test
  void unpack_whiteouts_becomeMarksOfTheOverlay() throws Exception {
    unpack(
        new TarBytes()
            .file("etc/.wh.removed", "")
            .file("opaque/.wh..wh..opq", "")
            .file("opaque/new", "new")
            .file(".wh.again", "")
            .folder("again")
            .folder("kept")
            .file(".wh.kept", "")
            .file(".wh..wh.plnk", "")
            .bytes());
    assertTrue(status(root.resolve("etc"), "removed").isWhiteout());
    for (String opaque : List.of("opaque", "again", "kept")) {
      assertEquals("y", new String(xattr(root.resolve(opaque), "trusted.overlay.opaque")));
    }
    assertEquals(List.of("new"), names(root.resolve("opaque")));
    assertEquals(List.of("again", "etc", "kept", "opaque"), names(root));
  }

  @ParameterizedTest
  @ValueSource(strings = {".wh.", ".wh..", ".wh...", "a/.wh..."})
  void unpack_whiteoutOfNoName_isRefused(String name) {
    assertThrows(LayerException.class, () -> unpack(new TarBytes().file(name, "").bytes()));
  }

  @Test
  void flat_whiteouts_removeWhatLayersBelowBrought() throws Exception {
    LayerUnpack unpack = new LayerUnpack(LIMITS);
    byte[] first =
        new TarBytes()
            .file("etc/removed", "1")
            .file("etc/kept", "1")
            .file("full/old", "1")
            .symlink("way", outside.toString())
            .bytes();
    byte[] second =
        new TarBytes()
            .file("full/new", "2")
            .file("full/.wh..wh..opq", "")
            .file("etc/.wh.removed", "")
            .file(".wh.way", "")
            .device("etc/kept", '3', 0, 0)
            .bytes();
    unpack.flat(() -> new ByteArrayInputStream(first), root);
    LayerUnpack.Unpacked unpacked = unpack.flat(() -> new ByteArrayInputStream(second), root);

    assertEquals(digest(second), unpacked.diffId());
    assertEquals(List.of("etc", "full"), names(root));
    assertEquals(List.of(), names(root.resolve("etc")));
    assertEquals(List.of("new"), names(root.resolve("full")));
  }

  @Test
  void unpack_folderMissingInTheLayer_isAsInTheLayerBelow() throws Exception {
    Path lower = Files.createDirectories(folder.resolve("lower/var/secret"));
    Files.setPosixFilePermissions(lower, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(lower, "unix:uid", 77);
    unpack(new TarBytes().file("var/secret/new", "x").bytes(), folder.resolve("lower"));
    assertEquals(0040700, unix(root.resolve("var/secret"), "mode"));
    assertEquals(77, unix(root.resolve("var/secret"), "uid"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "posix", "ustar", "v7"})
  void unpack_archiveOfGnuTar_isTheSameTree(String format) throws Exception {
    Path tree = Files.createDirectories(folder.resolve("tree"));
    String part = "long-folder-name-".repeat(format.equals("v7") ? 1 : 4);
    int depth = format.equals("ustar") ? 3 : format.equals("v7") ? 1 : 10;
    Path deep = tree;
    for (int i = 0; i < depth; i++) {
      deep = Files.createDirectory(deep.resolve(part + i));
    }
    Files.writeString(deep.resolve("leaf"), "leaf");
    Files.writeString(tree.resolve("ünïcödé"), "x");
    Path archive = folder.resolve("tree.tar");
    run("tar", "--format=" + format, "-cf", archive.toString(), "-C", tree.toString(), ".");

    LayerUnpack.Unpacked unpacked = unpack(Files.readAllBytes(archive));
    run("diff", "-r", tree.toString(), root.toString());
    assertEquals(digest(Files.readAllBytes(archive)), unpacked.diffId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--sparse-version=0.0",
        "--sparse-version=0.1",
        "--sparse-version=1.0"
      })
  void unpack_sparseFile_keepsItsHoles(String form) throws Exception {
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Path file = tree.resolve("sparse");
    try (var out = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < 30; i++) {
        out.seek(i * 1_000_000L);
        out.write(("piece " + i).getBytes());
      }
      out.setLength(50_000_000);
    }
    Path archive = folder.resolve("sparse.tar");
    String format = form.startsWith("--format") ? form : "--format=posix";
    run("tar", "-S", format, form, "-cf", archive.toString(), "-C", tree.toString(), "sparse");

    LayerUnpack.Unpacked unpacked = unpack(Files.readAllBytes(archive));
    assertEquals(-1, Files.mismatch(file, root.resolve("sparse")));
    assertTrue(unpacked.bytes() < 1_000_000, "written: " + unpacked.bytes());
    assertTrue(status(root, "sparse").diskBytes() < 2_000_000);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
  }

  @Test
  void unpack_packedInEveryWay_givesTheSameDiffId() throws Exception {
    byte[] archive = new TarBytes().file("a", "a".repeat(100_000)).bytes();
    assertEquals(digest(archive), unpack(archive).diffId());
    assertEquals(digest(archive), unpack(packed(archive, GZIPOutputStream::new)).diffId());
    assertEquals(digest(archive), unpack(packed(archive, ZstdOutputStream::new)).diffId());
    int half = archive.length / 2;
    byte[] first = java.util.Arrays.copyOf(archive, half);
    byte[] second = java.util.Arrays.copyOfRange(archive, half, archive.length);
    for (Packing packing : List.<Packing>of(GZIPOutputStream::new, ZstdOutputStream::new)) {
      ByteArrayOutputStream members = new ByteArrayOutputStream();
      members.writeBytes(packed(first, packing));
      members.writeBytes(packed(second, packing));
      assertEquals(digest(archive), unpack(members.toByteArray()).diffId());
    }
  }

  @Test
  void unpack_zstdOfTheTool_isReadWhateverItsFrames() throws Exception {
    byte[] random = new byte[3 << 20];
    new Random(3).nextBytes(random);
    byte[] archive =
        new TarBytes().file("r", 0644, random).file("z", 0644, new byte[3 << 20]).bytes();
    Path plain = Files.write(folder.resolve("plain"), archive);
    byte[] skippable = HexFormat.of().parseHex("5f2a4d180400000001020304");
    for (String option : List.of("-1", "-12", "--no-check", "--ultra")) {
      Path packed = folder.resolve("packed");
      run("zstd", "-q", "-f", option, plain.toString(), "-o", packed.toString());
      ByteArrayOutputStream chunked = new ByteArrayOutputStream();
      chunked.writeBytes(skippable);
      chunked.writeBytes(Files.readAllBytes(packed));
      chunked.writeBytes(skippable);
      assertEquals(digest(archive), unpack(chunked.toByteArray()).diffId(), option);
    }
  }

  private interface Packing {
    OutputStream over(OutputStream out) throws IOException;
  }

  private static byte[] packed(byte[] plain, Packing packing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = packing.over(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  @Test
  void unpack_damaged_isRefusedWithASentence() throws Exception {
    byte[] good = new TarBytes().file("a", "a".repeat(10_000)).bytes();
    byte[] gzip = packed(good, GZIPOutputStream::new);
    Map<String, byte[]> wrong =
        Map.of(
            "cut in a file", java.util.Arrays.copyOf(good, 5_000),
            "cut in a header", java.util.Arrays.copyOf(good, 300),
            "cut gzip", java.util.Arrays.copyOf(gzip, gzip.length / 2),
            "no tar", "hello, this is no archive at all".repeat(40).getBytes(),
            "size beyond all",
                new TarBytes().header("a", '0', 0644, 077777777777L, "", 0, 0).bytes(),
            "huge PAX header", new TarBytes().header("a", 'x', 0644, 1L << 32, "", 0, 0).bytes(),
            "huge long name", new TarBytes().header("a", 'L', 0644, 1L << 32, "", 0, 0).bytes(),
            "zero in a name", new TarBytes().pax("path", "a\0b").file("a", "").bytes(),
            "absurd owner", new TarBytes().pax("uid", "99999999999").file("a", "").bytes(),
            "absurd file",
                new TarBytes()
                    .pax("GNU.sparse.map", "0,1", "GNU.sparse.size", "9000000000000000000")
                    .file("a", "x")
                    .bytes());
    for (Map.Entry<String, byte[]> each : wrong.entrySet()) {
      LayerException refused =
          assertThrows(LayerException.class, () -> unpack(each.getValue()), each.getKey());
      assertFalse(String.valueOf(refused.getMessage()).isEmpty());
    }
  }

  @Test
  void unpack_beyondLimits_isRefused() {
    LayerUnpack tight = new LayerUnpack(new LayerLimits(2, 1 << 20, 1 << 20, 0));
    byte[] many = new TarBytes().folder("a").folder("b").folder("c").bytes();
    byte[] large = new TarBytes().file("a", 0644, new byte[2 << 20]).bytes();
    assertThrows(
        LayerException.class,
        () -> tight.overlay(() -> new ByteArrayInputStream(many), root, List.of()));
    assertThrows(
        LayerException.class,
        () -> tight.overlay(() -> new ByteArrayInputStream(large), root, List.of()));
    LayerUnpack careful = new LayerUnpack(new LayerLimits(10, 1 << 20, 1 << 20, Long.MAX_VALUE));
    byte[] small = new TarBytes().file("a", "x").bytes();
    assertThrows(
        LayerException.class,
        () -> careful.overlay(() -> new ByteArrayInputStream(small), root, List.of()));
  }

  @Test
  void unpack_mutatedArchives_neverLeaveTheRoot() throws Exception {
    long seed = 20_261_121L;
    Random random = new Random(seed);
    byte[] good =
        new TarBytes()
            .pax("SCHILY.xattr.user.a", "b", "GNU.sparse.map", "0,3,10,2", "GNU.sparse.size", "20")
            .file("a/b", "12345")
            .folder(outside.toString().substring(1))
            .symlink("way", outside.toString())
            .file("way/victim", "x")
            .hardLink("hard", "a/b")
            .file("a/.wh.gone", "")
            .bytes();
    int done = 0;
    for (int round = 0; round < 300; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      mend(bad);
      FileTree.remove(root);
      Files.createDirectory(root);
      try {
        unpack(bad);
        done++;
      } catch (IOException e) {
        assertFalse(String.valueOf(e.getMessage()).isEmpty(), "seed " + seed + " round " + round);
      }
    }
    assertTrue(done > 20, "unpacked: " + done);
  }

  /** Makes every block's checksum right, so that the change is looked at. */
  private static void mend(byte[] archive) {
    for (int at = 0; at + 512 <= archive.length; at += 512) {
      if (archive[at + 257] == 'u') {
        java.util.Arrays.fill(archive, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
          sum += archive[i] & 0xff;
        }
        byte[] text = String.format("%06o\0 ", sum).getBytes();
        System.arraycopy(text, 0, archive, at + 148, 8);
      }
    }
  }

  @Test
  void unpack_largeLayer_takesLittleMemory() throws Exception {
    long size = 96L << 20;
    byte[] header = new TarBytes().header("large", '0', 0644, size, "", 0, 0).unended();
    LayerUnpack.Source layer =
        () ->
            new java.io.SequenceInputStream(
                new ByteArrayInputStream(header), new Zeros(size + 1024));
    LayerUnpack unpack = new LayerUnpack(new LayerLimits(10, size * 2, size, 0));
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    unpack.overlay(layer, root, List.of());
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertEquals(size, Files.size(root.resolve("large")));
    assertTrue(allocated < 8 << 20, "allocated: " + allocated);
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long left) {
      this.left = left;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] to, int at, int length) {
      if (left <= 0) {
        return -1;
      }
      int read = (int) Math.min(left, length);
      java.util.Arrays.fill(to, at, at + read, (byte) 0);
      left -= read;
      return read;
    }
  }

  @Test
  void remove_deepAndHostileTree_leavesNothing() throws Exception {
    TarBytes archive = new TarBytes();
    for (int i = 1; i <= 300; i++) {
      archive.pax("path", "d/".repeat(i)).folder("x");
    }
    unpack(archive.file("bad\u00ff\u0001name", "x").symlink("loop", "loop").bytes());
    assertEquals(303, FileTree.size(root).inodes());
    FileTree.remove(root);
    assertFalse(Files.exists(root, LinkOption.NOFOLLOW_LINKS));
  }
}
