/**
 * Approval and signing of kubelet certificates. Decisions are pure; workers on virtual threads
 * carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.csr;

import org.jspecify.annotations.NullMarked;
