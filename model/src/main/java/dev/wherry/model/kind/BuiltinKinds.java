package dev.wherry.model.kind;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The resources of Kubernetes v1.36 in their stable versions, from a table made at build time. */
public final class BuiltinKinds {
  /** Bodies that are not of the resource's own kind, by resource and subresource. */
  private static final Map<String, KindInfo> BODIES =
      Map.of(
          "pods/binding", new KindInfo("", "v1", "Binding", "bindings", true),
          "pods/eviction", new KindInfo("policy", "v1", "Eviction", "evictions", true),
          "pods/attach", new KindInfo("", "v1", "PodAttachOptions", "attach", true),
          "pods/exec", new KindInfo("", "v1", "PodExecOptions", "exec", true),
          "pods/portforward", new KindInfo("", "v1", "PodPortForwardOptions", "portforward", true),
          "pods/proxy", new KindInfo("", "v1", "PodProxyOptions", "proxy", true),
          "nodes/proxy", new KindInfo("", "v1", "NodeProxyOptions", "proxy", false),
          "services/proxy", new KindInfo("", "v1", "ServiceProxyOptions", "proxy", true),
          "serviceaccounts/token",
              new KindInfo("authentication.k8s.io", "v1", "TokenRequest", "token", true));

  private static final KindInfo SCALE = new KindInfo("autoscaling", "v1", "Scale", "scale", true);

  private BuiltinKinds() {}

  /** In the order of group, version and plural. */
  public static List<ResourceInfo> all() {
    return Holder.ALL;
  }

  private static final class Holder {
    private static final List<ResourceInfo> ALL = read();
  }

  private static List<ResourceInfo> read() {
    List<ResourceInfo> resources = new ArrayList<>();
    try (InputStream in = BuiltinKinds.class.getResourceAsStream("kinds.tsv")) {
      if (in == null) {
        throw new IllegalStateException("kinds.tsv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        resources.add(parse(line.split("\t", -1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(resources);
  }

  private static ResourceInfo parse(String[] cells) {
    boolean namespaced = cells[5].equals("namespaced");
    KindInfo kind =
        new KindInfo(
            cells[0].equals("-") ? "" : cells[0], cells[1], cells[2], cells[3], namespaced);
    List<ResourceInfo.Subresource> subresources = new ArrayList<>();
    for (String sub : list(cells[9], ",")) {
      int colon = sub.indexOf(':');
      String name = sub.substring(0, colon);
      subresources.add(
          new ResourceInfo.Subresource(
              name, body(kind, name), list(sub.substring(colon + 1), "\\+")));
    }
    return new ResourceInfo(
        kind,
        cells[4],
        list(cells[7], ","),
        list(cells[8], ","),
        list(cells[6], ","),
        subresources);
  }

  private static KindInfo body(KindInfo owner, String subresource) {
    if (subresource.equals("scale")) {
      return SCALE;
    }
    return BODIES.getOrDefault(owner.plural() + "/" + subresource, owner);
  }

  private static List<String> list(String cell, String separator) {
    return cell.equals("-") ? List.of() : Arrays.asList(cell.split(separator));
  }
}
