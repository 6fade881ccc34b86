package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.ResourceCache;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchEvent;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.selector.Fields;
import java.util.Optional;
import java.util.Set;

/**
 * Selection by fields that stand in the version that is asked for and not in what is stored, where
 * a webhook converts between them. The reader of a list or watch selects, for it may wait for the
 * webhook; the cache's thread may not.
 *
 * @param selection the whole of it
 */
record LateFields(Conversions conversions, KindInfo kind, Selection selection) {
  private static final Set<String> IN_EVERY_VERSION = Set.of("metadata.name", "metadata.namespace");

  /** Empty where the cache can select by itself. */
  static Optional<LateFields> of(Conversions conversions, KindInfo kind, Selection selection) {
    boolean needed =
        conversions.mayBlock(kind)
            && selection.fields().terms().stream()
                .anyMatch(term -> !IN_EVERY_VERSION.contains(term.field()));
    return needed ? Optional.of(new LateFields(conversions, kind, selection)) : Optional.empty();
  }

  /** What the cache can select by. */
  Selection early() {
    return new Selection(selection.namespace(), selection.labels(), Fields.EVERYTHING);
  }

  private boolean matches(CachedObject stored) {
    return selection.fields().matches(conversions.view(kind, stored)::field);
  }

  ResourceCache.Listing select(ResourceCache.Listing listing) {
    return new ResourceCache.Listing(
        listing.objects().stream().filter(this::matches).toList(), listing.revision());
  }

  /** An event of the early selection as the whole one sees it; empty when it does not. */
  Optional<WatchEvent> select(WatchEvent event) {
    return switch (event) {
      case WatchEvent.Bookmark bookmark -> Optional.of(bookmark);
      case WatchEvent.Changed changed -> {
        boolean before =
            changed.type() != WatchEvent.Type.ADDED
                && changed.previous().filter(this::matches).isPresent();
        boolean after = changed.type() != WatchEvent.Type.DELETED && matches(changed.object());
        yield before || after
            ? Optional.of(
                changed.as(
                    !after
                        ? WatchEvent.Type.DELETED
                        : before ? WatchEvent.Type.MODIFIED : WatchEvent.Type.ADDED))
            : Optional.empty();
      }
    };
  }
}
