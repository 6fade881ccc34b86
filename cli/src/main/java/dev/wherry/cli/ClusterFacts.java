package dev.wherry.cli;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.networking.v1.ServiceCIDR;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an agent must know of its cluster before it runs pods and is not told by flags: where pods
 * ask for names, and which IP families they have. The API says both; the agent keeps them in its
 * data directory for starts while the API is away.
 */
final class ClusterFacts {
  private static final System.Logger LOG = System.getLogger(ClusterFacts.class.getName());
  private static final String DNS_FILE = "cluster-dns";
  private static final String FAMILIES_FILE = "cluster-families";

  /** A server that begins makes its Services and ranges within a second. */
  private static final Duration FIRST_MAX = Duration.ofSeconds(10);

  /** Who knows the fact already does not keep its pods waiting for a silent API. */
  private static final Duration AGAIN_MAX = Duration.ofSeconds(3);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final int TRIES_MAX = 100;

  private final ApiClient api;
  private final Path folder;
  private final Timer timer;

  /**
   * @param api as the node
   * @param folder the agent's data directory
   */
  ClusterFacts(ApiClient api, Path folder, Timer timer) {
    this.api = api;
    this.folder = folder;
    this.timer = timer;
  }

  /**
   * A fact to be learnt.
   *
   * @param file where it is kept
   * @param ask gives it, or "" while it is not there
   * @param read the fact in its usual form; empty for texts that are none
   * @param otherwise what counts where nobody says it: what every cluster had once
   */
  private record Fact(
      String file,
      Supplier<String> ask,
      Function<String, Optional<String>> read,
      String otherwise) {}

  /** The address of the Service {@code kube-dns}. */
  String dnsAddress() throws IOException, InterruptedException {
    return learn(
        new Fact(
            DNS_FILE, this::clusterIp, ClusterFacts::address, ClusterRanges.DEFAULT.dnsAddress()));
  }

  /** The families of pods' and Services' addresses, the first one first. */
  List<IpFamily> families() throws IOException, InterruptedException {
    Fact families =
        new Fact(FAMILIES_FILE, this::ofRanges, ClusterFacts::known, IpFamily.IPV4.label());
    return Stream.of(learn(families).split(",", -1)).map(ClusterFacts::family).toList();
  }

  private static IpFamily family(String label) {
    return label.equals(IpFamily.IPV6.label()) ? IpFamily.IPV6 : IpFamily.IPV4;
  }

  /** Asks for a few seconds at most; then what is known from before counts. */
  private String learn(Fact fact) throws IOException, InterruptedException {
    Path file = folder.resolve(fact.file());
    Optional<String> known =
        Files.exists(file) ? fact.read().apply(Files.readString(file).strip()) : Optional.empty();
    BlockingQueue<String> answer = new ArrayBlockingQueue<>(1);
    int tries = known.isPresent() ? 1 : TRIES_MAX;
    Thread asking =
        Thread.ofVirtual().name(fact.file()).start(() -> ask(fact.ask(), answer, tries));
    Duration patience = known.isPresent() ? AGAIN_MAX : FIRST_MAX;
    String told = answer.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    asking.interrupt();
    Optional<String> now = told == null ? Optional.empty() : fact.read().apply(told);
    if (now.isEmpty()) {
      String taken = known.orElse(fact.otherwise());
      LOG.log(Level.WARNING, "the API does not say fact={0}; taken={1}", fact.file(), taken);
      return taken;
    }
    if (!now.equals(known)) {
      PrivateFiles.writePublic(file, now.get() + "\n");
    }
    return now.get();
  }

  /** Offers the fact, or "" when it was not found so many times. */
  private void ask(Supplier<String> question, BlockingQueue<String> answer, int tries) {
    try {
      String found = question.get();
      for (int i = 1; i < tries && found.isEmpty(); i++) {
        timer.pause(LOOK_AGAIN);
        found = question.get();
      }
      boolean _ = answer.offer(found);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "nobody waits for the fact");
    }
  }

  private String clusterIp() {
    try {
      return api.get(Service.KIND, "kube-system", "kube-dns").spec().clusterIP();
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "kube-dns not found why=\"{0}\"", e.getMessage());
      return "";
    }
  }

  /** Of the ranges that Services' addresses are from; a server of before forbids the question. */
  private String ofRanges() {
    try {
      return api.get(ServiceCIDR.KIND, "", "kubernetes").spec().cidrs().stream()
          .map(range -> IpFamily.of(range).label())
          .collect(Collectors.joining(","));
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "ranges not found why=\"{0}\"", e.getMessage());
      return e.reason() == Reason.FORBIDDEN ? IpFamily.IPV4.label() : "";
    }
  }

  /** The text where it is an address; a headless Service has none. */
  private static Optional<String> address(String text) {
    return AddressText.parse(text).map(InetAddress::getAddress).map(AddressText::of);
  }

  private static Optional<String> known(String text) {
    List<String> all = List.of(IpFamily.IPV4.label(), IpFamily.IPV6.label());
    return Optional.of(text).filter(t -> all.containsAll(List.of(t.split(",", -1))));
  }
}
