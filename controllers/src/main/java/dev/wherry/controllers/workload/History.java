package dev.wherry.controllers.workload;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.SortedTree;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The templates that an owner had, as ControllerRevisions: each holds the patch that brings its
 * template back (kubernetes pkg/controller/history). Pure.
 *
 * @param revisions the owner's own, the oldest first
 */
public record History(List<ControllerRevision> revisions) {
  /** On pods: the revision they were made of. On revisions: the hash in their name. */
  public static final String HASH = "controller-revision-hash";

  private static final Comparator<ControllerRevision> OLDEST_FIRST =
      Comparator.comparing((ControllerRevision r) -> number(r))
          .thenComparing(r -> r.metadata().name());

  public History {
    List<ControllerRevision> sorted = new ArrayList<>(revisions);
    sorted.sort(OLDEST_FIRST);
    revisions = List.copyOf(sorted);
  }

  private static long number(ControllerRevision revision) {
    return requireNonNullElse(revision.revision(), 0L);
  }

  /** A number above all others. */
  public long next() {
    return revisions.isEmpty() ? 1 : number(revisions.getLast()) + 1;
  }

  public Optional<ControllerRevision> named(String name) {
    return revisions.stream().filter(r -> r.metadata().name().equals(name)).findFirst();
  }

  /** The newest revision with this content. */
  public Optional<ControllerRevision> like(ControllerRevision wanted) {
    return revisions.reversed().stream()
        .filter(r -> requireNonNullElse(r.data(), Json.object()).equals(wanted.data()))
        .findFirst();
  }

  /** The revision of the owner's template as it is now, with the next number, not stored yet. */
  @SuppressWarnings("unchecked") // The object's own kind is its kind.
  public <T extends KubeObject> ControllerRevision ofTemplate(
      T owner, @Nullable Integer collisions) {
    JsonNode template = ((Kind<T>) owner.kind()).toJson(owner).at("/spec/template");
    ObjectNode data = Json.object();
    // In upstream's order, by names: kubectl and others compare these bytes with their own.
    ObjectNode replaced = data.putObject("spec").putObject("template").put("$patch", "replace");
    if (SortedTree.of(template) instanceof ObjectNode fields) {
      replaced.setAll(fields);
    }
    String hash = TemplateHash.of(Json.write(data), collisions);
    Map<String, String> labels = new TreeMap<>();
    template
        .at("/metadata/labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    labels.put(HASH, hash);
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(owner.metadata().namespace())
            .name(owner.metadata().name() + "-" + hash)
            .labels(labels)
            .annotations(owner.metadata().annotations())
            .ownerReferences(List.of(Owners.reference(owner)))
            .build();
    return ControllerRevision.builder().metadata(meta).data(data).revision(next()).build();
  }

  /** The template that a revision brings back. */
  public static PodTemplateSpec template(ControllerRevision revision) {
    JsonNode template = requireNonNullElse(revision.data(), Json.object()).at("/spec/template");
    if (!template.isObject()) {
      return PodTemplateSpec.EMPTY;
    }
    try (JsonParser parser = Json.FACTORY.createParser(Json.write(template))) {
      parser.nextToken();
      return PodTemplateSpec.read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What may go, the oldest first.
   *
   * @param live names of revisions in use
   * @param limit of those that are not in use
   */
  public List<ControllerRevision> surplus(Collection<String> live, int limit) {
    List<ControllerRevision> dead =
        revisions.stream().filter(r -> !live.contains(r.metadata().name())).toList();
    return dead.subList(0, Math.max(0, dead.size() - limit));
  }
}
