/**
 * The life of ServiceCIDRs: ready from the first moment, kept while addresses of Services are in
 * them alone; and that IPAddresses say who has which. Decisions are pure; one worker on a virtual
 * thread carries them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.servicecidr;

import org.jspecify.annotations.NullMarked;
