package dev.wherry.apiserver.cache;

import java.util.Optional;

/**
 * One change of a resource.
 *
 * @param object the new version; of a deletion the last one, under the deletion's revision
 * @param previous what was there before
 */
public record Change(
    boolean deletion, long revision, CachedObject object, Optional<CachedObject> previous) {}
