namespace Interop.Sharing.Policy;

/// <summary>The tables of the policy contradict themselves or the R4 facts; lists every problem. The process must not start.</summary>
public sealed class PolicyException(IReadOnlyList<string> problems)
    : Exception($"The sharing policy has {problems.Count} problem(s):{Environment.NewLine}{string.Join(Environment.NewLine, problems)}")
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
