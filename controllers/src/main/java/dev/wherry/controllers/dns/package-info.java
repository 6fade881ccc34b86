/**
 * The Service {@code kube-system/kube-dns} and its endpoints, one for each node whose agent answers
 * questions of DNS. Decisions are pure; a worker on a virtual thread carries them out. Imported by
 * {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.dns;

import org.jspecify.annotations.NullMarked;
