FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /nonexistent reprieve

# What production needs, and no more: no test tools, no server of Temporal's.
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r requirements.lock

COPY . .
USER reprieve
CMD ["python", "worker.py"]
