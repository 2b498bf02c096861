namespace Interop.Testing;

/// <summary>Waits for what comes about by itself: a guard against waiting for ever, not a measurement.</summary>
public static class Eventually
{
    public static Task IsSoAsync(Func<bool> isSo) => IsSoAsync(() => Task.FromResult(isSo()));

    public static async Task IsSoAsync(Func<Task<bool>> isSoAsync)
    {
        for (var waited = 0; !await isSoAsync(); waited++)
        {
            Assert.True(waited < 1500, "It did not come about.");
            await Task.Delay(20);
        }
    }
}
