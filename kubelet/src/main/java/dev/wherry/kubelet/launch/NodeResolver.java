package dev.wherry.kubelet.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a resolv.conf says: servers add up, of the rest the last line counts. */
record NodeResolver(List<String> servers, List<String> searches, List<String> options) {
  private static final NodeResolver NOTHING = new NodeResolver(List.of(), List.of(), List.of());

  NodeResolver {
    servers = List.copyOf(servers);
    searches = List.copyOf(searches);
    options = List.copyOf(options);
  }

  /** Nothing where there is no file. */
  static NodeResolver read(Path file) throws IOException {
    return Files.isReadable(file) ? parse(Files.readAllLines(file)) : NOTHING;
  }

  static NodeResolver parse(List<String> lines) {
    NodeResolver found = NOTHING;
    for (String line : lines) {
      List<String> words = Arrays.asList(line.strip().split("\\s+"));
      List<String> rest = words.subList(1, words.size());
      found =
          switch (words.getFirst()) {
            case "nameserver" ->
                new NodeResolver(
                    plus(found.servers, rest.stream().limit(1).toList()),
                    found.searches,
                    found.options);
            case "search" ->
                new NodeResolver(
                    found.servers, rest.stream().map(NodeResolver::bare).toList(), found.options);
            case "options" -> new NodeResolver(found.servers, found.searches, rest);
            default -> found;
          };
    }
    return found;
  }

  /** With and without the last dot a domain counts once; the root alone is that dot. */
  private static String bare(String domain) {
    return domain.length() > 1 && domain.endsWith(".")
        ? domain.substring(0, domain.length() - 1)
        : domain;
  }

  private static List<String> plus(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
