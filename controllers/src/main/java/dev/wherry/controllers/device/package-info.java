/**
 * Pods' claims of devices: made from templates, given back when their pods are done (upstream's
 * resourceclaim controller; KEP-3063). Decisions are pure; each controller has its own threads.
 * Imported by the composition of controllers.
 */
@NullMarked
package dev.wherry.controllers.device;

import org.jspecify.annotations.NullMarked;
