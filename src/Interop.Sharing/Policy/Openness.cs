namespace Interop.Sharing.Policy;

/// <summary>How a resource of a patient may be come by, where nothing but an agreement opens it.</summary>
public enum Openness : byte
{
    /// <summary>Not at all: it takes an open case, or a consent.</summary>
    Closed,

    /// <summary>
    /// By who names the person: by id, or by two identifiers (an identifier with its system, or the exact name and birth date).
    /// </summary>
    Named,

    /// <summary>Also by listing, counting, chaining and histories.</summary>
    Listed,
}
