package dev.wherry.controllers.namespace;

import dev.wherry.controllers.discovery.ApiResources;
import dev.wherry.controllers.discovery.ApiResources.Resource;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Deletes what is in a namespace, pods first, and counts what is left (KEP-5080). */
final class NamespaceContent {
  /**
   * What one round left behind.
   *
   * @param discoveryFailures group-versions that could not be asked
   * @param deletionFailures requests that were refused
   * @param remaining objects by {@code resource.group}
   * @param finalizers objects by finalizer
   * @param graceSeconds the longest time a remaining pod may still take, 0 for none
   */
  record Left(
      List<String> discoveryFailures,
      List<String> deletionFailures,
      Map<String, Integer> remaining,
      Map<String, Integer> finalizers,
      long graceSeconds) {
    boolean isNothing() {
      return discoveryFailures.isEmpty() && deletionFailures.isEmpty() && remaining.isEmpty();
    }
  }

  private static final int PAGE_OBJECTS_MAX = 500;

  private final ApiClient client;
  private final String namespace;
  private final List<String> failures = new ArrayList<>();
  private final Map<String, Integer> remaining = new TreeMap<>();
  private final Map<String, Integer> finalizers = new TreeMap<>();
  private long graceSeconds;

  private NamespaceContent(ApiClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Deletes once and looks what is left. */
  static Left delete(ApiClient client, String namespace) {
    ApiResources all = ApiResources.discover(client);
    NamespaceContent content = new NamespaceContent(client, namespace);
    List<Resource> pods = new ArrayList<>();
    List<Resource> others = new ArrayList<>();
    for (Resource resource : all.resources()) {
      if (resource.info().namespaced() && resource.verbs().contains("delete")) {
        boolean pod = resource.info().resource().equals("pods");
        (pod ? pods : others).add(resource);
      }
    }
    pods.forEach(content::delete);
    // Pods may need their secrets, config and policies until they have ended.
    if (content.remaining.isEmpty() && content.failures.isEmpty()) {
      others.forEach(content::delete);
    }
    return new Left(
        all.failures(),
        content.failures,
        content.remaining,
        content.finalizers,
        content.graceSeconds);
  }

  private void delete(Resource resource) {
    Kind<MetadataObject> kind = MetadataObject.of(resource.info());
    DeleteOptions options = DeleteOptions.DEFAULT.with(DeleteOptions.Propagation.BACKGROUND);
    try {
      List<MetadataObject> found = list(kind, resource);
      if (found.isEmpty()) {
        return;
      }
      if (resource.verbs().contains("deletecollection")) {
        client.deleteCollection(kind, namespace, ListOptions.ALL, options);
      } else {
        found.forEach(object -> deleteOne(kind, object, options));
      }
      list(kind, resource).forEach(object -> count(resource, object));
    } catch (ApiException e) {
      // A kind without lists, or gone since discovery, holds nothing we could delete.
      if (e.reason() != Reason.METHOD_NOT_ALLOWED && e.reason() != Reason.NOT_FOUND) {
        failures.add(e.text());
      }
    }
  }

  private void deleteOne(Kind<MetadataObject> kind, MetadataObject object, DeleteOptions options) {
    try {
      client.delete(kind, namespace, object.metadata().name(), options);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  private List<MetadataObject> list(Kind<MetadataObject> kind, Resource resource) {
    List<MetadataObject> all = new ArrayList<>();
    if (!resource.verbs().contains("list")) {
      return all;
    }
    String token = "";
    do {
      var page = client.list(kind, namespace, ListOptions.ALL.withPage(PAGE_OBJECTS_MAX, token));
      all.addAll(page.items());
      token = page.continueToken();
    } while (!token.isEmpty());
    return all;
  }

  private void count(Resource resource, MetadataObject object) {
    String name = resource.info().plural() + "." + resource.info().group();
    remaining.merge(name, 1, Integer::sum);
    object.metadata().finalizers().forEach(f -> finalizers.merge(f, 1, Integer::sum));
    Long grace = object.metadata().deletionGracePeriodSeconds();
    graceSeconds = Math.max(graceSeconds, grace == null ? 0 : grace);
  }
}
