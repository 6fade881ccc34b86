package dev.wherry.apiserver.cache;

import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;

/**
 * Which objects of a resource somebody asks for.
 *
 * @param namespace "" for all
 */
public record Selection(String namespace, Labels labels, Fields fields) {
  public static final Selection ALL = new Selection("", Labels.EVERYTHING, Fields.EVERYTHING);

  /** Whether everything of the namespace is asked for. */
  boolean isWhole() {
    return labels.isEverything() && fields.isEverything();
  }

  public boolean matches(CachedObject object) {
    if (!namespace.isEmpty() && !namespace.equals(object.namespace())) {
      return false;
    }
    return (labels.isEverything() || labels.matches(object.labels()))
        && (fields.isEverything() || fields.matches(object::field));
  }
}
