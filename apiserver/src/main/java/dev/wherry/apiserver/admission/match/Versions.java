package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.model.kind.KindInfo;
import java.util.Optional;

/**
 * A request's objects in the version somebody asked for. A change made in another version comes
 * back into the request's own with {@link #finish}. Owned by the request's thread.
 */
public final class Versions {
  private final AdmissionRequest original;
  private final KindForms forms;
  private KindInfo kind;
  private AdmissionRequest current;
  private boolean converted;
  private boolean dirty;

  public Versions(AdmissionRequest request, KindForms forms) {
    this.original = request;
    this.forms = forms;
    this.kind = request.body();
    this.current = request;
  }

  /** The request with its objects in the matched version. */
  public AdmissionRequest in(Matched matched) {
    if (!matched.body().equals(kind)) {
      current =
          current.with(
              convert(current.object(), kind, matched.body()),
              convert(original.oldObject(), original.body(), matched.body()));
      kind = matched.body();
      converted = true;
    }
    return current;
  }

  private Optional<ObjectNode> convert(Optional<ObjectNode> object, KindInfo from, KindInfo to) {
    boolean same = from.equals(to) || from.plural().isEmpty();
    return same ? object : object.map(tree -> forms.convert(from, to, tree));
  }

  /** The object as it is now, in the version last asked for. */
  public Optional<ObjectNode> object() {
    return current.object();
  }

  /** The kind of the object in that version. */
  public KindInfo kind() {
    return kind;
  }

  /** Puts a changed object, in the version last asked for, in the place of the one there was. */
  public void replace(ObjectNode changed) {
    if (!converted) {
      into(original.object().orElseThrow(), changed);
    } else {
      current = current.with(Optional.of(changed), current.oldObject());
      dirty = true;
    }
  }

  /** Brings a change back into the request's object. */
  public void finish() {
    if (dirty) {
      ObjectNode changed = convert(current.object(), kind, original.body()).orElseThrow();
      into(original.object().orElseThrow(), changed);
    }
  }

  private static void into(ObjectNode object, ObjectNode changed) {
    ObjectNode fields = changed.deepCopy();
    object.removeAll();
    object.setAll(fields);
  }
}
