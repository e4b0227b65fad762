FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /nonexistent reprieve

# What production needs, and no more: no test tools, no server of Temporal's.
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r requirements.lock

COPY . .
# The user may not write: without this, every start of worker, portal or command would compile all modules anew.
RUN python -m compileall -q .
USER reprieve
CMD ["python", "worker.py"]
