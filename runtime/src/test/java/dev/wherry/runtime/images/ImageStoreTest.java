package dev.wherry.runtime.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageStoreTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "busybox,docker.io/library/busybox:latest",
    "busybox:1.36,docker.io/library/busybox:1.36",
    "me/app,docker.io/me/app:latest",
    "localhost/app:1,localhost/app:1",
    "registry.local:5000/a/b,registry.local:5000/a/b:latest",
    "index.docker.io/library/busybox,docker.io/library/busybox:latest"
  })
  void parse_ofShortName_givesFullName(String text, String full) {
    assertEquals(full, ImageName.parse(text).toString());
    assertEquals(full, ImageName.parse(full).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "UPPER", "a b", "a:", "a@sha256:12", "../a", "a//b", "-a", "a:b:c"})
  void parse_ofNoName_isRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> ImageName.parse(text));
  }

  @Test
  void busybox_builtTwice_hasTheSameBytes() throws IOException {
    byte[] first = ImageArchives.busybox(Path.of("/bin/busybox"));
    assertArrayEquals(first, ImageArchives.busybox(Path.of("/bin/busybox")));
  }

  @Test
  void importArchive_plainOrGzipped_givesTheSameDigest() throws IOException {
    byte[] archive = ImageArchives.pause();
    var store = new ImageStore(directory);
    StoredImage plain = store.importArchive(new ByteArrayInputStream(archive)).getFirst();
    var gzipped = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzipped)) {
      out.write(archive);
    }
    StoredImage packed =
        store.importArchive(new ByteArrayInputStream(gzipped.toByteArray())).getFirst();
    assertEquals(plain, packed);
    assertEquals("docker.io/wherry/pause:1", plain.name().toString());
    assertEquals(List.of(plain), store.list());
    assertEquals(Optional.of(plain), store.find(ImageName.parse("wherry/pause@" + plain.digest())));
  }

  /** Found by ImageCrashTest's long form, a kill between the writing of a record and its name. */
  @Test
  void open_afterAKill_removesRecordsThatHaveNoNameYet() throws IOException {
    ImageStore store = new ImageStore(directory);
    for (String folder : List.of("names", "pulled")) {
      Files.createDirectories(directory.resolve(folder));
      Files.createTempFile(directory.resolve(folder), "name", ".new");
    }
    store.open(Instant.EPOCH);
    for (String folder : List.of("names", "pulled")) {
      try (Stream<Path> left = Files.list(directory.resolve(folder))) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void remove_ofOneNameOfTwo_keepsWhatTheOtherNeeds() throws IOException {
    var store = new ImageStore(directory);
    StoredImage one =
        store.importArchive(new ByteArrayInputStream(ImageArchives.pause())).getFirst();
    ImageName other = ImageName.parse("other.example/pause:2");
    store.importArchive(new ByteArrayInputStream(ImageArchives.pause()), Optional.of(other));
    assertTrue(store.remove(one.name()));
    assertFalse(store.remove(one.name()));
    assertTrue(store.blob(one.digest()).isPresent());
    assertTrue(store.remove(other));
    assertTrue(store.blob(one.digest()).isEmpty());
    try (var blobs = Files.list(directory.resolve("blobs"))) {
      assertEquals(0, blobs.count());
    }
  }

  @Test
  void importArchive_ofForeignBytes_isRefusedAndNamesNothing() throws IOException {
    var store = new ImageStore(directory);
    byte[] half = ImageArchives.pause();
    List<byte[]> wrong =
        List.of(
            new byte[0],
            "hello".getBytes(StandardCharsets.UTF_8),
            new byte[4096],
            java.util.Arrays.copyOf(half, half.length / 2));
    for (byte[] bytes : wrong) {
      assertThrows(
          ArchiveException.class, () -> store.importArchive(new ByteArrayInputStream(bytes)));
    }
    assertEquals(List.of(), store.list());
  }

  @Test
  void mirror_ofImported_servesManifestAndBlobsByBothNames() throws Exception {
    var store = new ImageStore(directory);
    StoredImage image =
        store.importArchive(new ByteArrayInputStream(ImageArchives.pause())).getFirst();
    try (var mirror = ImageMirror.start(store, directory);
        var http = HttpClient.newHttpClient()) {
      String base = "http://" + mirror.authority() + "/v2/";
      assertEquals(200, get(http, base).statusCode());
      HttpResponse<byte[]> byQuery = get(http, base + "wherry/pause/manifests/1?ns=docker.io");
      HttpResponse<byte[]> byPath = get(http, base + "docker.io/wherry/pause/manifests/1");
      assertArrayEquals(byQuery.body(), byPath.body());
      assertEquals(image.digest(), Blobs.digest(byPath.body()));
      assertEquals(image.digest(), byPath.headers().firstValue("Docker-Content-Digest").orElse(""));
      assertEquals(image.mediaType(), byPath.headers().firstValue("Content-Type").orElse(""));
      assertEquals(
          200, get(http, base + "docker.io/wherry/pause/manifests/" + image.digest()).statusCode());
      assertEquals(200, get(http, base + "x/blobs/" + image.digest()).statusCode());
      assertEquals(404, get(http, base + "docker.io/wherry/pause/manifests/2").statusCode());
      assertEquals(404, get(http, base + "x/blobs/sha256:..%2f..%2flock").statusCode());
      HttpRequest put =
          HttpRequest.newBuilder(URI.create(base + "x/blobs/y"))
              .PUT(HttpRequest.BodyPublishers.ofString("x"))
              .build();
      assertEquals(405, http.send(put, HttpResponse.BodyHandlers.ofByteArray()).statusCode());
    }
  }

  @Test
  void mirror_startedAgain_keepsItsPort() throws IOException {
    var store = new ImageStore(directory);
    String first;
    try (var mirror = ImageMirror.start(store, directory)) {
      first = mirror.authority();
    }
    try (var mirror = ImageMirror.start(store, directory)) {
      assertEquals(first, mirror.authority());
    }
  }

  private static HttpResponse<byte[]> get(HttpClient http, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
