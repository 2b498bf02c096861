using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Interop.Hosting;

/// <summary>
/// What a process does again and again, beginning with its start. What failed waits for the next time: the process goes on, whatever it
/// was.
/// </summary>
/// <param name="failing">What could not be done, as the log says it.</param>
public abstract class PeriodicWork(TimeSpan between, string failing, TimeProvider clock, ILogger logger) : BackgroundService
{
    protected TimeSpan Between => between;

    protected TimeProvider Clock => clock;

    protected ILogger Logger => logger;

    /// <summary>Does all that there is to do by now.</summary>
    public abstract Task PassAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(between, clock);
        do
        {
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("{Failing}: {Failure}", failing, failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
