package dev.wherry.cli;

import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.pki.PrivateFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What {@code --cluster-cidr} and {@code --service-cidr} ask for. A cluster has the ranges of its
 * server's first start for good, since nodes and Services keep what they got; the data directory
 * says which in {@code ranges.properties}.
 *
 * @param pods a range, or one of each family; "" leaves it to the data directory, at the first
 *     start to the defaults
 * @param services the same of Services
 */
public record RangeChoice(String pods, String services) {
  /** Nothing in particular. */
  public static final RangeChoice UNSAID = new RangeChoice("", "");

  private static final String FILE = "ranges.properties";
  private static final String PODS_KEY = "clusterCidr";
  private static final String SERVICES_KEY = "serviceCidr";

  /**
   * The ranges that a server with this choice has; nothing is written.
   *
   * @throws IOException with a sentence, when the data directory's cluster has others
   * @throws IllegalArgumentException with a sentence, when they are none that a cluster can have
   */
  public ClusterRanges in(Path dataDirectory) throws IOException {
    Optional<ClusterRanges> fixed = fixed(dataDirectory);
    ClusterRanges known = fixed.orElse(ClusterRanges.DEFAULT);
    if (fixed.isPresent()) {
      same(ClusterRanges.PODS_FLAG, known.pods(), pods, dataDirectory);
      same(ClusterRanges.SERVICES_FLAG, known.services(), services, dataDirectory);
      return known;
    }
    return ClusterRanges.parse(
        pods.isEmpty() ? ClusterRanges.text(known.pods()) : pods,
        services.isEmpty() ? ClusterRanges.text(known.services()) : services);
  }

  /** The same, remembered from now on. */
  ClusterRanges fix(Path dataDirectory) throws IOException {
    ClusterRanges ranges = in(dataDirectory);
    if (!isFixed(dataDirectory)) {
      Files.createDirectories(dataDirectory);
      PrivateFiles.writePublic(
          dataDirectory.resolve(FILE),
          "%s=%s%n%s=%s%n"
              .formatted(
                  PODS_KEY,
                  ClusterRanges.text(ranges.pods()),
                  SERVICES_KEY,
                  ClusterRanges.text(ranges.services())));
    }
    return ranges;
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (!pods.isEmpty()) {
      arguments.add(ClusterRanges.PODS_FLAG + "=" + pods);
    }
    if (!services.isEmpty()) {
      arguments.add(ClusterRanges.SERVICES_FLAG + "=" + services);
    }
    return arguments;
  }

  /** Whether a cluster began in this directory, so that its ranges are no longer free. */
  public static boolean isFixed(Path dataDirectory) {
    return Files.exists(ServerRole.storeDirectory(dataDirectory));
  }

  /** A cluster from before there was a choice has the defaults and no file. */
  private static Optional<ClusterRanges> fixed(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!isFixed(dataDirectory) || !Files.exists(file)) {
      return Optional.of(ClusterRanges.DEFAULT).filter(_ -> isFixed(dataDirectory));
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return Optional.of(
          ClusterRanges.parse(
              properties.getProperty(PODS_KEY, ""), properties.getProperty(SERVICES_KEY, "")));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s is damaged: write %s=RANGE and %s=RANGE into it as this cluster has them"
              .formatted(file, PODS_KEY, SERVICES_KEY),
          e);
    }
  }

  private static void same(String flag, List<AddressRange> known, String wanted, Path dataDirectory)
      throws IOException {
    if (!wanted.isEmpty() && !known.equals(ClusterRanges.list(flag, wanted))) {
      throw new IOException(
          "the cluster in %s has %s=%s since its first start, not %s: leave the flag out, or begin another cluster with another --data-dir"
              .formatted(dataDirectory, flag, ClusterRanges.text(known), wanted));
    }
  }
}
