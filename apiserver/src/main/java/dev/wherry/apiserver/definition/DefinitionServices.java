package dev.wherry.apiserver.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.bootstrap.LocalApiService;
import dev.wherry.apiserver.bootstrap.ObjectWriter;
import dev.wherry.apiserver.customresource.CustomKinds;
import dev.wherry.apiserver.customresource.Definition;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.apiserver.view.Upkeep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps an APIService for every group and version that definitions serve, and removes it with the
 * last of them (kube-aggregator autoregister and kube-apiserver's crdregistration). One that
 * somebody else made under such a name is left alone. Owns one virtual thread, which looks again at
 * every change.
 */
public final class DefinitionServices implements AutoCloseable {
  /** As upstream has them for all definitions. */
  private static final int GROUP_PRIORITY = 1_000;

  private static final int VERSION_PRIORITY = 100;
  private static final String ALWAYS = "true";

  private final CustomKinds kinds;
  private final ObjectView view;
  private final ObjectWriter writer;
  private final Upkeep upkeep = Upkeep.of("definition-services", this::look);

  /** Starts. */
  public DefinitionServices(CustomKinds kinds, ObjectView view, ObjectWriter writer) {
    this.kinds = kinds;
    this.view = view;
    this.writer = writer;
    kinds.whenChanged(upkeep::signal);
    view.subscribe(LocalApiService.RESOURCE, upkeep.listener(DefinitionServices::isOurs));
    upkeep.start();
  }

  private void look() {
    Map<String, ObjectNode> wanted = wanted();
    wanted.forEach((name, service) -> upkeep.attempt(name, () -> keep(name, service)));
    for (ObjectNode found : view.list(LocalApiService.RESOURCE, "")) {
      String name = Trees.name(found);
      if (isOurs(found) && !wanted.containsKey(name)) {
        upkeep.attempt(name, () -> writer.delete(LocalApiService.RESOURCE, "", name));
      }
    }
  }

  private Map<String, ObjectNode> wanted() {
    Map<String, ObjectNode> wanted = new LinkedHashMap<>();
    for (Definition definition : kinds.all()) {
      for (Definition.Version version : definition.versions()) {
        if (version.served()) {
          ObjectNode service =
              LocalApiService.of(
                  definition.group(), version.name(), GROUP_PRIORITY, VERSION_PRIORITY, ALWAYS);
          wanted.put(Trees.name(service), service);
        }
      }
    }
    return wanted;
  }

  private void keep(String name, ObjectNode wanted) {
    Optional<ObjectNode> found = view.get(LocalApiService.RESOURCE, "", name);
    if (found.isEmpty()) {
      writer.create(LocalApiService.RESOURCE, wanted);
      return;
    }
    JsonNode spec = wanted.path("spec");
    if (isOurs(found.get()) && !found.get().path("spec").equals(spec)) {
      ObjectNode next = found.get().deepCopy();
      next.set("spec", spec);
      writer.update(LocalApiService.RESOURCE, next);
    }
  }

  private static boolean isOurs(ObjectNode service) {
    return Trees.text(service, "metadata", "labels", LocalApiService.MANAGED).equals(ALWAYS);
  }

  @Override
  public void close() {
    upkeep.close();
  }
}
