package dev.wherry.apiserver.admission.match;

import dev.wherry.model.kind.KindInfo;

/**
 * The form in which a request is meant.
 *
 * @param resource in the matched version
 * @param body the kind of the object in that version
 */
public record Matched(KindInfo resource, KindInfo body) {}
