package dev.wherry.runtime.images.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.proto.cri.v1.AuthConfig;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.Platform;
import dev.wherry.runtime.images.StoredImage;
import dev.wherry.runtime.images.fixture.FaultyRegistry;
import dev.wherry.runtime.images.fixture.TarBytes;
import dev.wherry.runtime.images.fixture.TestImage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePullTest {
  /** Nothing stalls in most tests, however busy the machine is. */
  private static final PullLimits LIMITS = limits(Duration.ofSeconds(60));

  private static PullLimits limits(Duration stall) {
    return new PullLimits(
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        stall,
        Duration.ofMillis(2),
        Duration.ofMillis(10),
        3,
        3,
        0);
  }

  @TempDir Path folder;
  private FaultyRegistry registry;
  private SystemTimer timer;
  private ImageStore store;
  private TestImage image;

  @BeforeEach
  void start() throws IOException {
    registry = new FaultyRegistry();
    timer = new SystemTimer();
    store = new ImageStore(folder);
    byte[] large = new byte[300_000];
    new Random(1).nextBytes(large);
    byte[] layer = new TarBytes().file("large", 0644, large).bytes();
    image = TestImage.of(List.of(layer, new TarBytes().file("small", "x").bytes()));
    registry.put("app", "1", image);
  }

  @AfterEach
  void stop() {
    registry.close();
    timer.close();
  }

  private ImageName name() {
    return ImageName.parse(registry.authority() + "/app:1");
  }

  private String blob() {
    return FaultyRegistry.blob("app", image.layers().getFirst());
  }

  private void pull() throws IOException, InterruptedException {
    pull(name(), RegistryConfig.none(), Optional.empty());
  }

  private void pull(ImageName name, RegistryConfig config, Optional<Credentials> credentials)
      throws IOException, InterruptedException {
    pull(name, config, credentials, LIMITS);
  }

  private void pull(
      ImageName name, RegistryConfig config, Optional<Credentials> credentials, PullLimits limits)
      throws IOException, InterruptedException {
    ImagePull pull = new ImagePull(store, config, limits, Platform.here(), timer, new Random(1));
    try (ImageTransfer transfer = pull.begin(name, credentials)) {
      Path _ = transfer.config();
      for (int i = 0; i < transfer.layers(); i++) {
        Path _ = transfer.layer(i);
      }
      store.commit(
          List.of(
              new StoredImage(name, transfer.digest(), transfer.mediaType(), transfer.sizeBytes())),
          transfer.digests());
    }
  }

  private void assertPulled() throws IOException {
    for (Map.Entry<String, byte[]> blob : image.blobs().entrySet()) {
      assertEquals(
          blob.getKey(), TestImage.digest(Files.readAllBytes(store.blob(blob.getKey()).get())));
    }
    assertTrue(store.blob(image.digest()).isPresent());
    try (var left = Files.list(folder.resolve("ingest"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void pull_byTagOrDigest_bringsEverything() throws Exception {
    pull();
    assertPulled();
    assertEquals(name(), store.pulled().getFirst().name());
    ImageName byDigest = ImageName.parse(registry.authority() + "/app@" + image.digest());
    pull(byDigest, RegistryConfig.none(), Optional.empty());
    assertEquals(2, store.pulled().size());
    assertEquals(1, registry.requests().stream().filter(blob()::equals).count());
  }

  @Test
  void pull_ofAnIndex_takesThisMachinesImage() throws Exception {
    registry.manifest("app", "1", "application/vnd.oci.image.index.v1+json", image.index());
    pull();
    assertPulled();
    assertEquals(TestImage.digest(image.index()), store.pulled().getFirst().digest());
  }

  @Test
  void pull_ofAnIndexForOthers_isNotFound() {
    byte[] others =
        new String(image.index(), StandardCharsets.UTF_8)
            .replace("\"" + dev.wherry.runtime.ShimBinary.ociArchitecture() + "\"", "\"mips\"")
            .getBytes(StandardCharsets.UTF_8);
    registry.manifest("app", "1", "application/vnd.oci.image.index.v1+json", others);
    assertEquals(PullException.Reason.NOT_FOUND, refused().reason());
  }

  private PullException refused() {
    PullException refused = assertThrows(PullException.class, this::pull);
    assertEquals(List.of(), store.pulled());
    return refused;
  }

  @Test
  void pull_layerCutShort_goesOnWhereItStopped() throws Exception {
    registry.fail(blob(), registry.truncate(100_000));
    pull();
    assertPulled();
    assertTrue(
        registry.requests().stream().anyMatch(r -> r.matches(".* bytes=[1-9][0-9]*-")),
        registry.requests().toString());
  }

  @Test
  void pull_layerThatStalls_isAskedForAgain() throws Exception {
    registry.fail(blob(), registry.stall(100_000));
    pull(name(), RegistryConfig.none(), Optional.empty(), limits(Duration.ofSeconds(1)));
    assertPulled();
  }

  @Test
  void pull_layerThatAlwaysStalls_fails() {
    registry.fail(
        blob(),
        registry.stall(10),
        registry.stall(0),
        registry.stall(0),
        registry.stall(0),
        registry.stall(0),
        registry.stall(0));
    PullException refused =
        assertThrows(
            PullException.class,
            () ->
                pull(
                    name(),
                    RegistryConfig.none(),
                    Optional.empty(),
                    limits(Duration.ofMillis(250))));
    assertEquals(List.of(), store.pulled());
    assertEquals(PullException.Reason.UNAVAILABLE, refused.reason());
  }

  @Test
  void pull_leftByAnotherProcess_isCheckedAndUsed() throws Exception {
    String hex = image.layers().getFirst().substring(7);
    byte[] whole = image.blobs().get(image.layers().getFirst());
    Path part = Files.createDirectories(folder.resolve("ingest")).resolve(hex + ".part");
    Files.write(part, java.util.Arrays.copyOf(whole, 1_000));
    pull();
    assertPulled();
    assertTrue(registry.requests().contains(blob() + " bytes=1000-"));
  }

  @Test
  void pull_damagedLeftOver_isFetchedAnew() throws Exception {
    String hex = image.layers().getFirst().substring(7);
    Path part = Files.createDirectories(folder.resolve("ingest")).resolve(hex + ".part");
    Files.write(part, new byte[1_000]);
    pull();
    assertPulled();
  }

  @ParameterizedTest
  @CsvSource({"500,1", "503,2", "429,1"})
  void pull_passingFailure_isTriedAgain(int status, int times) throws Exception {
    FaultyRegistry.Fault[] faults = new FaultyRegistry.Fault[times];
    java.util.Arrays.fill(faults, FaultyRegistry.status(status));
    registry.fail(blob(), faults);
    registry.fail("/v2/app/manifests/1", faults);
    pull();
    assertPulled();
  }

  @Test
  void pull_wrongBytes_isRefused() {
    byte[] wrong = image.blobs().get(image.layers().getFirst()).clone();
    wrong[5_000] ^= 1;
    registry.fail(blob(), FaultyRegistry.bytes(wrong));
    assertEquals(PullException.Reason.DAMAGED, refused().reason());
    registry.fail(blob(), FaultyRegistry.bytes(new byte[wrong.length + 1]));
    assertEquals(PullException.Reason.DAMAGED, refused().reason());
  }

  @Test
  void pull_manifestOfAnotherDigest_isRefused() {
    ImageName byDigest = ImageName.parse(registry.authority() + "/app@" + image.digest());
    registry.fail("/v2/app/manifests/" + image.digest(), FaultyRegistry.bytes("{}".getBytes()));
    PullException refused =
        assertThrows(
            PullException.class, () -> pull(byDigest, RegistryConfig.none(), Optional.empty()));
    assertEquals(PullException.Reason.DAMAGED, refused.reason());
  }

  @Test
  void pull_manifestTooLargeOrStrange_isRefused() {
    for (byte[] wrong :
        List.of(
            new byte[5 << 20],
            "no json".getBytes(StandardCharsets.UTF_8),
            "{\"schemaVersion\":1}".getBytes(StandardCharsets.UTF_8),
            "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:../..\",\"size\":3}}"
                .getBytes(StandardCharsets.UTF_8))) {
      registry.fail("/v2/app/manifests/1", FaultyRegistry.bytes(wrong));
      assertEquals(PullException.Reason.DAMAGED, refused().reason());
    }
  }

  @Test
  void pull_missing_isNotFound() {
    ImageName missing = ImageName.parse(registry.authority() + "/other:1");
    PullException refused =
        assertThrows(
            PullException.class, () -> pull(missing, RegistryConfig.none(), Optional.empty()));
    assertEquals(PullException.Reason.NOT_FOUND, refused.reason());
  }

  @Test
  void pull_nobodyListens_isUnavailable() {
    ImageName nobody = ImageName.parse("127.0.0.1:1/app:1");
    PullException refused =
        assertThrows(
            PullException.class, () -> pull(nobody, RegistryConfig.none(), Optional.empty()));
    assertEquals(PullException.Reason.UNAVAILABLE, refused.reason());
  }

  @Test
  void pull_withToken_showsItOnlyToItsRegistry() throws Exception {
    registry.demand("t0ken");
    assertEquals(PullException.Reason.DENIED, refused().reason());
    AuthConfig auth =
        AuthConfig.newBuilder()
            .setAuth(Base64.getEncoder().encodeToString("user:secret".getBytes()))
            .build();
    try (FaultyRegistry elsewhere = new FaultyRegistry()) {
      elsewhere.put("app", "1", image);
      StringBuilder shown = new StringBuilder();
      elsewhere.fail(
          blob(),
          exchange -> {
            shown.append(exchange.getRequestHeaders().getFirst("Authorization"));
            return false;
          });
      registry.fail(blob(), FaultyRegistry.redirect("http://" + elsewhere.authority() + blob()));
      pull(name(), RegistryConfig.none(), Credentials.of(auth, name().domain()));
      assertEquals("null", shown.toString());
    }
    assertPulled();
  }

  @Test
  void pull_throughMirrors_asksThemFirstAndTheRegistryLast() throws Exception {
    try (FaultyRegistry empty = new FaultyRegistry();
        FaultyRegistry mirror = new FaultyRegistry()) {
      mirror.put("library/app", "1", image);
      mirror.fail(
          FaultyRegistry.blob("library/app", image.layers().getFirst()),
          FaultyRegistry.bytes(new byte[3]));
      RegistryConfig config =
          new RegistryConfig(
              Map.of(
                  "docker.io",
                  List.of(
                      URI.create("http://" + empty.authority()),
                      URI.create("http://" + mirror.authority() + "/"))),
              Map.of());
      pull(ImageName.parse("app:1"), config, Optional.empty());
      assertPulled();
      assertEquals(List.of("/v2/library/app/manifests/1"), empty.requests());
    }
  }

  @Test
  void credentials_forAnotherRegistry_areNotShown() {
    AuthConfig auth =
        AuthConfig.newBuilder()
            .setServerAddress("https://other.example/v1/")
            .setUsername("user")
            .setPassword("secret")
            .build();
    assertTrue(Credentials.of(auth, "registry.example").isEmpty());
    assertEquals("user", Credentials.of(auth, "other.example").orElseThrow().username());
    assertFalse(Credentials.of(auth, "other.example").toString().contains("secret"));
  }

  @Test
  void config_isReadStrictly() throws Exception {
    Path file = folder.resolve("registries.yaml");
    Files.writeString(
        file,
        """
        mirrors:
          docker.io:
            endpoint: ["http://127.0.0.1:5000"]
          "*":
            endpoint: ["https://mirror.example"]
        configs:
          registry.example:
            auth: {username: u, password: p}
            tls: {insecure_skip_verify: true}
        """);
    RegistryConfig config = RegistryConfigFile.read(file);
    assertEquals(
        List.of("http://127.0.0.1:5000", "https://registry-1.docker.io"),
        config.endpoints(ImageName.parse("busybox"), Optional.empty()).stream()
            .map(endpoint -> endpoint.base().toString())
            .toList());
    List<Endpoint> other =
        config.endpoints(ImageName.parse("registry.example/a"), Optional.empty());
    assertEquals("https://mirror.example", other.getFirst().base().toString());
    assertEquals("u", other.getLast().host().credentials().orElseThrow().username());
    assertEquals(RegistryConfig.none(), RegistryConfigFile.read(folder.resolve("none")));
    Files.writeString(file, "mirrors: {a: {endpoints: []}}");
    IOException refused = assertThrows(IOException.class, () -> RegistryConfigFile.read(file));
    assertTrue(refused.getMessage().contains("'endpoints'"), refused.getMessage());
  }
}
