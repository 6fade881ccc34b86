/**
 * The {@code kubernetes} Service and what is behind it. Decisions are pure; workers on virtual
 * threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.apiservice;

import org.jspecify.annotations.NullMarked;
