package dev.wherry.runtime.images.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.AuthConfig;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.Image;
import dev.wherry.proto.cri.v1.ImageFilter;
import dev.wherry.proto.cri.v1.ImageFsInfoRequest;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.ImageStatusRequest;
import dev.wherry.proto.cri.v1.ImageStatusResponse;
import dev.wherry.proto.cri.v1.ListImagesRequest;
import dev.wherry.proto.cri.v1.PullImageRequest;
import dev.wherry.proto.cri.v1.RemoveImageRequest;
import dev.wherry.runtime.builtin.ImageConfig;
import dev.wherry.runtime.builtin.NoSuchImageException;
import dev.wherry.runtime.fixture.CriClient;
import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.fixture.DebianRegistry;
import dev.wherry.runtime.images.fixture.TarBytes;
import dev.wherry.runtime.images.fixture.TestImage;
import dev.wherry.runtime.images.layer.LayerLimits;
import dev.wherry.runtime.images.registry.PullLimits;
import dev.wherry.runtime.images.registry.RegistryConfigFile;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.KernelMounts;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInImagesTest {
  private static final TestImage APP =
      TestImage.of(
          List.of(
              new TarBytes().folder("etc").file("etc/old", "1").file("etc/kept", "1").bytes(),
              new TarBytes().file("etc/.wh.old", "").file("etc/new", "2").bytes(),
              new TarBytes().file("bin/run", 0755, new byte[] {1}).bytes()));

  private static final PullLimits QUICK =
      new PullLimits(
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofMillis(5),
          Duration.ofMillis(5),
          2,
          3,
          0);

  @TempDir Path folder;
  private Path data;
  private SystemTimer timer;
  private ImageStore store;
  private BuiltInImages images;
  private SocketServer server;
  private CriClient client;

  @BeforeEach
  void start() throws IOException {
    data = folder.resolve("data");
    timer = new SystemTimer();
    open();
  }

  private void open() throws IOException {
    store = new ImageStore(data.resolve("images"));
    images =
        BuiltInImages.open(
            data,
            store,
            RegistryConfigFile.read(data.resolve("registries.yaml")),
            QUICK,
            LayerLimits.usual(),
            timer,
            new Random(1));
    Path socket = folder.resolve("cri.sock");
    server = SocketServer.start(socket, SocketServer.Bounds.RUNTIME, List.of(images.service()));
    client = new CriClient(socket);
  }

  private void close() throws IOException {
    client.close();
    server.close();
    images.close();
  }

  @AfterEach
  void stop() throws IOException {
    for (String id : images.roots().ids()) {
      images.roots().remove(id);
    }
    close();
    timer.close();
    String mounts = Files.readString(Path.of("/proc/self/mounts"));
    assertFalse(mounts.contains(folder.toString()), "nothing stays mounted");
    FileTree.remove(data);
  }

  private String pull(String name) {
    return pull(name, AuthConfig.getDefaultInstance());
  }

  private String pull(String name, AuthConfig auth) {
    return client
        .images()
        .pullImage(PullImageRequest.newBuilder().setImage(spec(name)).setAuth(auth).build())
        .getImageRef();
  }

  private static ImageSpec spec(String name) {
    return ImageSpec.newBuilder().setImage(name).build();
  }

  private ImageStatusResponse status(String name) {
    return client
        .images()
        .imageStatus(ImageStatusRequest.newBuilder().setImage(spec(name)).setVerbose(true).build());
  }

  private List<Image> list(String filter) {
    return client
        .images()
        .listImages(
            ListImagesRequest.newBuilder()
                .setFilter(ImageFilter.newBuilder().setImage(spec(filter)))
                .build())
        .getImagesList();
  }

  private void remove(String name) {
    var _ =
        client.images().removeImage(RemoveImageRequest.newBuilder().setImage(spec(name)).build());
  }

  @Test
  void pull_fromDebiansRegistry_isListedMountedAndRemovedWithoutTrace() throws Exception {
    try (DebianRegistry registry = DebianRegistry.open(folder)) {
      registry.push("team/app", "1", APP);
      String name = registry.authority() + "/team/app:1";
      String byDigest = registry.authority() + "/team/app@" + APP.digest();
      assertFalse(status(name).hasImage());

      assertEquals(APP.id(), pull(name));
      Image image = status(name).getImage();
      assertEquals(APP.id(), image.getId());
      assertEquals(List.of(name), image.getRepoTagsList());
      assertEquals(List.of(byDigest), image.getRepoDigestsList());
      assertEquals(1000, image.getUid().getValue());
      assertFalse(image.getPinned());
      assertTrue(status(APP.id()).getInfoOrThrow("info").contains("\"diff_ids\""));
      for (String way : List.of(byDigest, APP.id(), APP.id().substring(7, 20), name)) {
        assertEquals(APP.id(), list(way).getFirst().getId(), way);
      }
      assertEquals(APP.id(), pull(byDigest));
      assertEquals(1, list("").size());
      containersSeeTheImage();

      remove(APP.id());
      remove(name);
      assertEquals(List.of(), list(""));
      assertThrows(NoSuchImageException.class, () -> images.roots().config(name));
      for (String left : List.of("blobs", "layers", "unpacking", "ingest", "pulled")) {
        try (var files = Files.list(data.resolve("images").resolve(left))) {
          assertEquals(0, files.count(), left);
        }
      }
    }
  }

  private void containersSeeTheImage() throws IOException {
    ImageConfig config = images.roots().config(APP.id());
    assertEquals(List.of("A=b"), config.environment());
    assertEquals("1000:50", config.user());
    Path root = images.roots().mount("one", APP.id(), Optional.empty());
    Path view = images.roots().mountReadOnly("view", APP.id(), Optional.empty());
    for (Path seen : List.of(root, view)) {
      assertEquals("2", Files.readString(seen.resolve("etc/new")));
      assertEquals("1", Files.readString(seen.resolve("etc/kept")));
      assertFalse(Files.exists(seen.resolve("etc/old")));
    }
    assertThrows(IOException.class, () -> Files.writeString(view.resolve("x"), "x"));
    Files.write(root.resolve("etc/mine"), new byte[100_000]);
    Files.delete(root.resolve("etc/kept"));
    assertTrue(images.roots().usage("one").bytes() >= 100_000);
    assertEquals(4, images.roots().usage("one").inodes());
    assertEquals(Set.of("one", "view"), images.roots().ids());
    images.roots().remove("one");
    images.roots().remove("view");
    images.roots().remove("never");
    assertEquals(Set.of(), images.roots().ids());
  }

  @Test
  void pull_withPassword_needsTheRightOne() throws Exception {
    try (DebianRegistry registry = DebianRegistry.guarded(folder)) {
      registry.push("app", "1", APP);
      String name = registry.authority() + "/app:1";
      StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> pull(name));
      assertEquals(Status.Code.UNKNOWN, refused.getStatus().getCode());
      assertTrue(refused.getMessage().contains("pull access denied"), refused.getMessage());
      AuthConfig.Builder auth = AuthConfig.newBuilder().setUsername(DebianRegistry.USER);
      assertThrows(
          StatusRuntimeException.class, () -> pull(name, auth.setPassword("wrong").build()));
      assertEquals(APP.id(), pull(name, auth.setPassword(DebianRegistry.PASSWORD).build()));
    }
  }

  @Test
  void pull_overTls_needsAnAuthorityThatIsTrusted() throws Exception {
    try (DebianRegistry plain = DebianRegistry.open(folder)) {
      plain.push("app", "1", APP);
    }
    try (DebianRegistry registry = DebianRegistry.encrypted(folder)) {
      String mirrors = "mirrors: {team.example: {endpoint: [\"https://%s\"]}}\n";
      Path config = data.resolve("registries.yaml");
      Files.writeString(config, mirrors.formatted(registry.authority()));
      close();
      open();
      StatusRuntimeException refused =
          assertThrows(StatusRuntimeException.class, () -> pull("team.example/app:1"));
      String why = String.valueOf(refused.getStatus().getDescription());
      assertTrue(why.startsWith("RegistryUnavailable: "), why);
      assertTrue(why.contains(registry.authority() + " shows no certificate"), why);
      Files.writeString(
          config,
          mirrors.formatted(registry.authority())
              + "configs: {\"%s\": {tls: {ca_file: %s}}}\n"
                  .formatted(registry.authority(), folder.resolve("ca.pem")));
      close();
      open();
      assertEquals(APP.id(), pull("team.example/app:1"));
    }
  }

  @Test
  void pull_unknownOrNoName_saysSoWithItsCode() throws Exception {
    try (DebianRegistry registry = DebianRegistry.open(folder)) {
      StatusRuntimeException missing =
          assertThrows(StatusRuntimeException.class, () -> pull(registry.authority() + "/none:1"));
      assertEquals(Status.Code.NOT_FOUND, missing.getStatus().getCode());
    }
    StatusRuntimeException wrong =
        assertThrows(StatusRuntimeException.class, () -> pull("NO NAME"));
    assertEquals(Status.Code.INVALID_ARGUMENT, wrong.getStatus().getCode());
  }

  @Test
  void import_besideARunningWorker_isPinnedAndNeedsNoRegistry() throws Exception {
    ImageStore other = new ImageStore(data.resolve("images"));
    other.importArchive(new ByteArrayInputStream(ImageArchives.pause()));
    Image image = list("").getFirst();
    assertTrue(image.getPinned());
    assertEquals(image.getId(), pull(ImageArchives.PAUSE_NAME));
    Path root = images.roots().mount("pause", image.getId(), Optional.empty());
    assertTrue(Files.isExecutable(root.resolve("wherry-shim")));

    assertTrue(other.remove(ImageName.parse(ImageArchives.PAUSE_NAME)));
    assertEquals(List.of(), list(""));
    FilesystemUsage inUse = filesystem();
    assertTrue(inUse.getUsedBytes().getValue() > 0, "a container still has the layer");
    images.roots().remove("pause");
    assertEquals(0, filesystem().getUsedBytes().getValue());
  }

  private FilesystemUsage filesystem() {
    return client
        .images()
        .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
        .getImageFilesystems(0);
  }

  @Test
  void export_ofAPulledImage_canBeImportedAgain() throws Exception {
    try (DebianRegistry registry = DebianRegistry.open(folder)) {
      registry.push("app", "1", APP);
      assertEquals(APP.id(), pull(registry.authority() + "/app:1"));
    }
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    store.export(
        store.pulled().stream().filter(i -> !i.name().tag().isEmpty()).findFirst().orElseThrow(),
        archive);
    remove(APP.id());
    store.importArchive(new ByteArrayInputStream(archive.toByteArray()));
    assertEquals(APP.id(), list("").getFirst().getId());
  }

  @Test
  void mount_afterRestartAndReboot_isTheSameRoot() throws Exception {
    store.importArchive(new ByteArrayInputStream(ImageArchives.pause()));
    String id = list("").getFirst().getId();
    Path root = images.roots().mount("one", id, Optional.empty());
    Files.writeString(root.resolve("mine"), "kept");
    close();
    open();
    assertEquals(root, images.roots().mount("one", id, Optional.empty()));
    // A reboot leaves records and no mounts.
    KernelMounts.unmount(root);
    assertFalse(Files.exists(root.resolve("mine")));
    close();
    open();
    assertEquals(root, images.roots().mount("one", id, Optional.empty()));
    assertEquals("kept", Files.readString(root.resolve("mine")));
    assertThrows(
        IllegalArgumentException.class, () -> images.roots().mount("../x", id, Optional.empty()));
  }

  @Test
  void open_layersLost_areUnpackedAgain() throws Exception {
    store.importArchive(new ByteArrayInputStream(ImageArchives.pause()));
    String id = pull(ImageArchives.PAUSE_NAME);
    FileTree.remove(data.resolve("images/layers"));
    Files.createDirectories(data.resolve("images/unpacking/layer-9/root"));
    Files.createDirectories(data.resolve("roots/.half-1/merged"));
    Files.createDirectories(data.resolve("roots/damaged"));
    close();
    open();
    assertEquals(Set.of(), images.roots().ids());
    try (var left = Files.list(data.resolve("images/unpacking"))) {
      assertEquals(0, left.count());
    }
    assertTrue(
        Files.exists(images.roots().mount("one", id, Optional.empty()).resolve("wherry-shim")));
  }

  @Test
  void mount_ofAnImageOfManyLayers_fitsTheKernelsPage() throws Exception {
    List<byte[]> layers = new java.util.ArrayList<>();
    for (int i = 0; i < 45; i++) {
      layers.add(new TarBytes().file("file" + i, "x").bytes());
    }
    TestImage many = TestImage.of(layers);
    try (DebianRegistry registry = DebianRegistry.open(folder)) {
      registry.push("many", "1", many);
      assertEquals(many.id(), pull(registry.authority() + "/many:1"));
    }
    Path root = images.roots().mount("many", many.id(), Optional.empty());
    assertTrue(Files.exists(root.resolve("file0")) && Files.exists(root.resolve("file44")));
  }

  @Test
  void open_layoutOfANewerWherry_isRefused() throws Exception {
    Files.writeString(data.resolve("images/layout.json"), "{\"layout\":3}");
    IOException refused =
        assertThrows(
            IOException.class, () -> BuiltInImages.open(data, store, timer, new Random(1)));
    assertTrue(refused.getMessage().contains("newer"), refused.getMessage());
    assertThrows(
        IOException.class,
        () -> store.importArchive(new ByteArrayInputStream(ImageArchives.pause())));
    byte[] layout = "{\"layout\":2}".getBytes(StandardCharsets.UTF_8);
    Files.write(data.resolve("images/layout.json"), layout);
  }
}
