namespace Interop.Sharing.Policy;

/// <summary>What sharing must know of what the references at one place point at.</summary>
public enum ReferenceNeed
{
    /// <summary>Nothing: it may point anywhere.</summary>
    None,

    /// <summary>How sensitive it is; where that can't be known it counts as very restricted.</summary>
    Labels,

    /// <summary>Which organisation it is, or stands for: a contained one that is none of ours is nobody's.</summary>
    Party,

    /// <summary>Which resource of this server it is: otherwise a record or an instrument would have no effect.</summary>
    Target,
}
