package dev.wherry.kubelet.resource;

import dev.wherry.model.Quantity;
import dev.wherry.proto.cri.v1.HugepageLimit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine's huge pages, as resources {@code hugepages-2Mi} and the like (rule: upstream's
 * machine information and its v1helper). The administrator sets them aside in the kernel.
 *
 * @param folder the kernel's, one folder below it for each size
 */
public record HugePages(Path folder) {
  private static final String PREFIX = "hugepages-";
  private static final Pattern SIZE = Pattern.compile(PREFIX + "(\\d+)kB");
  private static final long KIB = 1024;
  private static final List<String> UNITS = List.of("Ki", "Mi", "Gi");

  /** Those of this machine. */
  public static final HugePages OF_MACHINE = new HugePages(Path.of("/sys/kernel/mm/hugepages"));

  /** How much there is of each size, in bytes; sizes without pages too. */
  public Map<String, Quantity> amounts() {
    Map<String, Quantity> amounts = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return amounts;
    }
    try (DirectoryStream<Path> sizes = Files.newDirectoryStream(folder)) {
      for (Path size : sizes) {
        Matcher name = SIZE.matcher(size.getFileName().toString());
        if (name.matches()) {
          long kib = Long.parseLong(name.group(1));
          long pages = Long.parseLong(Files.readString(size.resolve("nr_hugepages")).strip());
          amounts.put(PREFIX + text(kib), Quantity.ofBytes(kib * KIB * pages));
        }
      }
    } catch (IOException | NumberFormatException _) {
      // A kernel without them, or one that does not tell: what was found counts.
    }
    return amounts;
  }

  /** As Kubernetes writes a page's size. */
  private static String text(long kib) {
    long number = kib;
    int unit = 0;
    while (number % KIB == 0 && unit < UNITS.size() - 1) {
      number /= KIB;
      unit++;
    }
    return number + UNITS.get(unit);
  }

  /** The size of the pages of a resource or of a volume's medium; empty for anything else. */
  public static Optional<Long> pageBytes(String name) {
    String size = name.replaceFirst("^(hugepages|HugePages)-", "");
    if (size.equals(name)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Quantity.parse(size).value());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * What a container may use of each size that the machine has pages of: what its limits say, else
   * nothing.
   */
  public List<HugepageLimit> limits(Map<String, Quantity> limits) {
    List<HugepageLimit> all = new ArrayList<>();
    amounts()
        .forEach((name, has) -> {
          if (has.signum() > 0) {
            // The kernel's name of a size is Kubernetes' with another last letter.
            String size = name.substring(PREFIX.length()).replace('i', 'B');
            long most = limits.getOrDefault(name, Quantity.ZERO).value();
            all.add(HugepageLimit.newBuilder().setPageSize(size).setLimit(most).build());
          }
        });
    return all;
  }
}
